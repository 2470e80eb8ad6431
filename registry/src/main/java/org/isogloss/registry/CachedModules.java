package org.isogloss.registry;

import java.nio.file.Path;
import org.isogloss.encoder.encode.ModuleSource;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.store.ModuleCache;

/** Modules from the store by way of the local cache. Safe for several threads. */
public final class CachedModules implements ModuleSource {
  private final ModuleCache cache;

  public CachedModules(ModuleCache cache) {
    this.cache = cache;
  }

  @Override
  public Lease open(ModuleReference module) {
    ModuleCache.Lease lease = cache.lease(module.digest());
    return new Lease() {
      @Override
      public Path directory() {
        return lease.directory();
      }

      @Override
      public void close() {
        lease.close();
      }
    };
  }
}
