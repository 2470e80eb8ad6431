package org.isogloss.trainer.publish;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.registry.ModuleAdministration;
import org.isogloss.registry.ModuleLedger;
import org.isogloss.store.ModuleStore;

/**
 * Publishes what was trained: the pack goes into the module store, the announcement with its
 * evaluation to {@code isogloss.modules}, the event with time, actor and reason to {@code
 * isogloss.module-events}. A published module is a candidate until it is activated.
 *
 * <p>For one thread.
 */
public final class ModulePublisher implements AutoCloseable {
  private final ModuleAdministration registry;
  private final ModuleStore store;

  /**
   * @param actor who publishes, for the events
   * @throws IsoglossException BROKER_UNREACHABLE
   */
  public ModulePublisher(
      KafkaSettings kafka, ModuleStore store, String actor, InstantSource clock) {
    this.registry = new ModuleAdministration(kafka, actor, clock);
    this.store = store;
  }

  /**
   * Publishes a module of a folder. It was served by the encoder when it was trained, so it is not
   * loaded again. One whose content is published already keeps its name.
   *
   * @param evaluation scores on held-out data; the training's own, which its manifest holds, go
   *     with them
   * @param reason for the event
   * @throws IsoglossException MODULE_MISFIT if a module that an alignment was made for is not
   *     published; BAD_MODULE; STORE_UNAVAILABLE; SEND_FAILED
   */
  public ModuleReference publish(Path module, Map<String, Double> evaluation, String reason) {
    ModuleManifest manifest = ModuleFiles.readManifest(module);
    if (manifest instanceof ModuleManifest.Alignment alignment) {
      ModuleLedger ledger = registry.ledger();
      requirePublished(ledger, alignment.languageModule(), "language module");
      requirePublished(ledger, alignment.pivot(), "pivot");
    }
    Map<String, Double> scores = new TreeMap<>(manifest.common().metrics());
    scores.putAll(evaluation);
    return registry.publish(module, store, scores, reason);
  }

  private static void requirePublished(ModuleLedger ledger, Optional<Digest> module, String what) {
    module
        .filter(
            digest ->
                ledger.versions().stream().noneMatch(v -> v.reference().digest().equals(digest)))
        .ifPresent(
            digest -> {
              throw new IsoglossException(
                  ErrorCode.MODULE_MISFIT,
                  "the %s %s that it was made for is not published"
                      .formatted(what, digest.abbreviated()));
            });
  }

  /**
   * Makes published modules serve, a language's together and all in one step; an alignment brings
   * the language module along that it was made for.
   *
   * @param names such as {@code alignment/de@3}
   * @param reason for the record and the event
   * @return what serves from now on, of the languages that changed
   * @throws IsoglossException MODULE_MISSING; MODULE_MISFIT
   */
  public List<ModuleSelection> activate(List<String> names, String reason) {
    return registry.activate(names, false, reason);
  }

  /**
   * Makes a published module serve, provided that these modules still serve; see {@link #activate}.
   *
   * @return whether they did; if not, nothing has changed
   */
  public boolean activateInsteadOf(String name, List<ModuleSelection> serving, String reason) {
    return registry.activateInsteadOf(List.of(name), serving, reason).isPresent();
  }

  /** What is published, and what serves. */
  public ModuleLedger ledger() {
    return registry.ledger();
  }

  @Override
  public void close() {
    registry.close();
  }
}
