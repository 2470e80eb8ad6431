package org.isogloss.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.isogloss.encoder.module.ModulePack;
import org.isogloss.encoder.space.Digest;

/** Packs that are whole by their digest; what is in them no encoder would take. */
public final class TinyPacks {
  private TinyPacks() {}

  /**
   * Packs a module of that name into {@link #file}.
   *
   * @param bytes of its weights, which do not compress
   */
  public static Digest pack(Path folder, String name, int bytes) throws IOException {
    Path module = Files.createDirectories(folder.resolve(name));
    Files.writeString(module.resolve("manifest.json"), name);
    byte[] weights = new byte[bytes];
    new Random(name.hashCode()).nextBytes(weights);
    Files.write(module.resolve("module.safetensors"), weights);
    return ModulePack.pack(module, file(folder, name));
  }

  /** Where {@link #pack} writes. */
  public static Path file(Path folder, String name) {
    return folder.resolve(name + ".pack");
  }
}
