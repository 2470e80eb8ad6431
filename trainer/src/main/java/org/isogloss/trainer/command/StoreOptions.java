package org.isogloss.trainer.command;

import java.nio.file.Path;
import org.isogloss.objectstore.ModuleStores;
import org.isogloss.registry.CachedModules;
import org.isogloss.store.ModuleCache;
import org.isogloss.store.ModuleStore;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where published modules lie. */
final class StoreOptions {
  private static final long CACHE_BYTES = 10_000_000_000L;

  @Option(
      names = "--module-store",
      paramLabel = "DIR|s3://BUCKET/PREFIX",
      description =
          "The module store, shared by all who publish and serve; in --home unless given.")
  private @Nullable String store;

  @Mixin private BucketOptions bucket = new BucketOptions();

  @Option(
      names = "--module-cache",
      paramLabel = "DIR",
      description = "Where modules of the store are kept on this machine; in --home unless given.")
  private @Nullable Path cache;

  ModuleStore store(Path home) {
    return ModuleStores.open(
        store == null ? home.resolve("modules/store").toString() : store, bucket.settings());
  }

  /** Modules of the store by way of the cache. */
  CachedModules source(Path home) {
    return new CachedModules(
        new ModuleCache(
            store(home), cache == null ? home.resolve("modules/cache") : cache, CACHE_BYTES));
  }
}
