package org.isogloss.streams.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.isogloss.encoder.encode.EncoderDescription;
import org.isogloss.encoder.encode.ModularEncoder;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.error.IsoglossException;
import org.isogloss.streams.pipeline.PipelineRunner;
import org.isogloss.streams.pipeline.Role;
import org.isogloss.streams.web.CodeVersion;
import org.isogloss.streams.web.ProcessStatus;
import org.jspecify.annotations.Nullable;

/** What `up` says of itself. Safe for use by many threads. */
final class UpStatus implements ProcessStatus {
  private final CodeVersion code = CodeVersion.ofThisProcess();
  private final List<Role> roles;
  private final CompletableFuture<IsoglossException> failure;
  private volatile @Nullable ModularEncoder encoder;
  private volatile @Nullable PipelineRunner pipeline;

  /**
   * @param failure completes with the reason when the process cannot go on
   */
  UpStatus(Collection<Role> roles, CompletableFuture<IsoglossException> failure) {
    this.roles = roles.stream().sorted().toList();
    this.failure = failure;
  }

  /** This encoder is used from now on; its modules may still be loading. */
  <T extends ModularEncoder> T uses(T opened) {
    encoder = opened;
    return opened;
  }

  /** Every role has started: the registry is read and its modules are loaded. */
  void started(PipelineRunner running) {
    pipeline = running;
  }

  @Override
  public Optional<String> fault() {
    return failure.isDone()
        ? Optional.of(String.valueOf(failure.join().getMessage()))
        : Optional.empty();
  }

  @Override
  public Optional<String> unready() {
    PipelineRunner running = pipeline;
    if (running == null) {
      return Optional.of("starting: topics, models and modules are being read");
    }
    return running.isWorking()
        ? Optional.empty()
        : Optional.of("a part has stopped and is being started again");
  }

  @Override
  public JsonNode info() {
    ObjectNode info = JsonNodeFactory.instance.objectNode();
    info.put("version", code.version());
    ObjectNode jars = info.putObject("jars");
    new TreeMap<>(code.jars()).forEach(jars::put);
    ArrayNode names = info.putArray("roles");
    roles.forEach(role -> names.add(role.label()));
    info.put("ready", unready().isEmpty());
    ModularEncoder serving = encoder;
    if (serving != null) {
      describe(info.putObject("backbone"), serving.description());
      ArrayNode modules = info.putArray("modules");
      serving.serving().stream()
          .sorted(Comparator.comparing(ModuleSelection::language))
          .forEach(selection -> describe(modules.addObject(), selection));
    }
    return info;
  }

  private static void describe(ObjectNode node, EncoderDescription encoder) {
    node.put("name", encoder.backboneName());
    node.put("digest", encoder.backbone().hex());
    node.put("layers", encoder.layers());
    node.put("dimension", encoder.dimension());
    node.put("maxTokens", encoder.maxTokens());
    node.put("device", encoder.device());
    node.put("precision", encoder.precision());
  }

  private static void describe(ObjectNode node, ModuleSelection selection) {
    node.put("language", selection.language());
    put(node, "languageModule", selection.languageModule());
    put(node, "alignmentModule", selection.alignmentModule());
  }

  private static void put(ObjectNode node, String name, Optional<ModuleReference> module) {
    if (module.isPresent()) {
      node.putObject(name)
          .put("name", module.get().name())
          .put("digest", module.get().digest().hex());
    } else {
      node.putNull(name);
    }
  }
}
