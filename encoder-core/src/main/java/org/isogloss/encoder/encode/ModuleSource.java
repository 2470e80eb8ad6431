package org.isogloss.encoder.encode;

import java.nio.file.Path;
import org.isogloss.encoder.space.ModuleReference;

/** Where an encoder finds the files of modules. Safe for several threads. */
@FunctionalInterface
public interface ModuleSource {
  /** A module's directory, which stays as it is until this is closed. */
  interface Lease extends AutoCloseable {
    /**
     * Holds {@code manifest.json}, {@code module.safetensors} and perhaps {@code tokenizer.json}.
     */
    Path directory();

    @Override
    void close();
  }

  /**
   * The module, its content verified to be what the reference's digest says.
   *
   * @throws org.isogloss.error.IsoglossException with the code of whatever is wrong
   */
  Lease open(ModuleReference module);
}
