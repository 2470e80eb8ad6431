package org.isogloss.encoder.encode;

import java.util.List;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * An encoder whose modules can be exchanged while it encodes.
 *
 * <p>The contract:
 *
 * <ul>
 *   <li>New modules are loaded beside the old ones and checked; then one atomic step makes all the
 *       selections serve. Nothing half-loaded is ever used.
 *   <li>A micro-batch is encoded by what serves when it begins, whatever served when its sentences
 *       were prepared: it never mixes two versions of one language.
 *   <li>What no longer serves is closed when the last micro-batch that uses it returns.
 *   <li>If one module is refused, nothing changes.
 * </ul>
 *
 * <p>{@link #serve} may be called from any thread; calls exclude one another, not encoding.
 */
public interface ModularEncoder extends SentenceEncoder {
  /** How an exchange ends. */
  sealed interface Exchange permits Exchanged, Refused {}

  /** All selections serve now. */
  record Exchanged() implements Exchange {}

  /**
   * Nothing changed.
   *
   * @param module the one that is to blame
   * @param code STORE_UNAVAILABLE: worth trying again. ENGINE_UNAVAILABLE: this process lacks
   *     memory or a device. Any other: the module itself is at fault
   */
  record Refused(ModuleReference module, ErrorCode code, String reason) implements Exchange {}

  /** What serves, of every language that has modules, by language. */
  List<ModuleSelection> serving();

  /**
   * Makes these selections serve, and no others: a language that is not among them is encoded by
   * the bare backbone.
   *
   * @param selections at most one a language
   * @param modules where the modules that do not serve yet come from; asked again whenever modules
   *     that had to leave memory come back
   */
  Exchange serve(List<ModuleSelection> selections, ModuleSource modules);

  /**
   * As {@link #serve}, for a caller to whom a refusal is a failure.
   *
   * @throws IsoglossException with the code of the refusal, naming the module
   */
  default void serveOrThrow(List<ModuleSelection> selections, ModuleSource modules) {
    switch (serve(selections, modules)) {
      case Exchanged exchanged -> {}
      case Refused refused ->
          throw new IsoglossException(
              refused.code(), refused.module().name() + ": " + refused.reason());
    }
  }
}
