package org.isogloss.streams.command;

import java.nio.file.Path;
import org.isogloss.objectstore.ModuleStores;
import org.isogloss.registry.CachedModules;
import org.isogloss.store.ModuleCache;
import org.isogloss.store.ModuleStore;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where modules lie. */
final class ModuleOptions {
  private static final long MEGABYTE = 1_000_000;

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

  @Option(
      names = "--module-cache-mb",
      paramLabel = "N",
      defaultValue = "10000",
      description = "What modules that do not serve may take of the disk.")
  private long cacheMegabytes = 10_000;

  /** Whether a store was named; else it lies in the home. */
  boolean isNamed() {
    return store != null;
  }

  ModuleStore store(Path home) {
    return ModuleStores.open(
        store == null ? home.resolve("modules/store").toString() : store, bucket.settings());
  }

  /** Modules of the store by way of the cache. */
  CachedModules source(Path home) {
    return new CachedModules(
        new ModuleCache(
            store(home),
            cache == null ? home.resolve("modules/cache") : cache,
            cacheMegabytes * MEGABYTE));
  }
}
