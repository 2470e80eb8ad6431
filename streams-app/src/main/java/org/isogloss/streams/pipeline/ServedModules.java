package org.isogloss.streams.pipeline;

import java.util.List;
import org.isogloss.encoder.encode.ModuleSource;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.streams.registry.ModuleListener;

/** Which modules an encoder worker serves. */
public sealed interface ServedModules {
  /** None, ever: the bare backbone. */
  record Bare() implements ServedModules {}

  /**
   * Those that {@code isogloss.modules} makes active, as it changes.
   *
   * @param worker names this worker in events
   */
  record Active(String worker, ModuleSource source, ModuleListener listener)
      implements ServedModules {}

  /** These, unchanged: evaluation, and `encode --modules`. */
  record Pinned(List<ModuleSelection> selections, ModuleSource source) implements ServedModules {
    public Pinned {
      selections = List.copyOf(selections);
    }
  }
}
