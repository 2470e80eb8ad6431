package org.isogloss.store;

import java.io.IOException;
import java.nio.file.Files;
import org.isogloss.encoder.space.Digest;

class DirectoryModuleStoreTest extends ModuleStoreKit {
  @Override
  protected ModuleStore store() {
    return new DirectoryModuleStore(folder.resolve("store"));
  }

  @Override
  protected ModuleStore absentStore() {
    return new DirectoryModuleStore(folder.resolve("no-store"));
  }

  @Override
  protected void alter(Digest digest, byte[] content) throws IOException {
    Files.write(
        folder
            .resolve("store")
            .resolve(digest.hex().substring(0, 2))
            .resolve(digest.hex() + ".isogloss"),
        content);
  }
}
