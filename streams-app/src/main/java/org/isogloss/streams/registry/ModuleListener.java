package org.isogloss.streams.registry;

import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.error.ErrorCode;

/** Told of what happens to the modules of a worker, on the registry's thread. */
public interface ModuleListener {
  /** Hears nothing. */
  ModuleListener NONE =
      new ModuleListener() {
        @Override
        public void switched(ModuleSelection before, ModuleSelection after) {}

        @Override
        public void refused(String subject, ErrorCode code, String reason) {}
      };

  /** Other modules serve a language from the next micro-batch on. */
  void switched(ModuleSelection before, ModuleSelection after);

  /**
   * Something will not serve, or not yet.
   *
   * @param subject a module's name, or a key of {@code isogloss.modules}
   */
  void refused(String subject, ErrorCode code, String reason);
}
