package org.isogloss.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.isogloss.encoder.module.ModulePack;
import org.isogloss.encoder.space.Digest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModuleCacheTest {
  @TempDir Path folder;
  private ModuleStore store;

  @BeforeEach
  void aStore() {
    store = new DirectoryModuleStore(folder.resolve("store"));
  }

  @Test
  void theCacheKeepsWhatIsLeasedAndDropsTheLeastRecentlyUsed() throws IOException {
    Digest a = publish("a", 1000);
    Digest b = publish("b", 1000);
    Digest c = publish("c", 1000);
    ModuleCache cache = new ModuleCache(store, folder.resolve("cache"), 2500);
    ModuleCache.Lease leased = cache.lease(a);
    cache.lease(b).close();
    cache.lease(c).close();
    assertThat(leased.directory()).exists();
    assertThat(folder.resolve("cache").resolve(b.hex())).doesNotExist();
    assertThat(folder.resolve("cache").resolve(c.hex())).exists();
    leased.close();
    leased.close();
    try (ModuleCache.Lease again = cache.lease(b)) {
      assertThat(again.directory().resolve("manifest.json")).exists();
      assertThat(folder.resolve("cache").resolve(a.hex())).doesNotExist();
    }
  }

  @Test
  void aDamagedCacheEntryIsFetchedAgain() throws IOException {
    Digest digest = publish("a", 10);
    new ModuleCache(store, folder.resolve("cache"), 1 << 20).lease(digest).close();
    Path cached = folder.resolve("cache").resolve(digest.hex());
    Files.writeString(cached.resolve("module.safetensors"), "altered");
    try (ModuleCache.Lease lease =
        new ModuleCache(store, folder.resolve("cache"), 1 << 20).lease(digest)) {
      assertThat(ModulePack.digest(lease.directory())).isEqualTo(digest);
    }
  }

  @Test
  void whatTheStoreHoldsThatIsNoPackIsRefusedAndLeavesNothing() throws IOException {
    Path file = Files.writeString(folder.resolve("text"), "hello");
    Digest digest = Digest.ofFile(file);
    store.put(digest, file);
    ModuleCache cache = new ModuleCache(store, folder.resolve("cache"), 1 << 20);
    assertThatThrownBy(() -> cache.lease(digest)).hasMessageContaining("ISO-213");
    try (var left = Files.list(folder.resolve("cache"))) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .allMatch(name -> name.startsWith(".lease-"));
    }
  }

  @Test
  void whatAnotherProcessLeasesIsNotEvicted() throws Exception {
    Digest a = publish("a", 1000);
    Digest b = publish("b", 1000);
    Path cached = folder.resolve("cache");
    ModuleCache cache = new ModuleCache(store, cached, 1500);
    cache.lease(a).close();
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                LeaseHolder.class.getName(),
                folder.resolve("store").toString(),
                cached.toString(),
                a.hex())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertThat(other.inputReader().readLine()).isEqualTo("leased");
      cache.lease(b).close();
      assertThat(cached.resolve(a.hex())).exists();
      assertThat(cached.resolve(b.hex())).doesNotExist();
    } finally {
      other.destroyForcibly().waitFor();
    }
    cache.lease(b).close();
    assertThat(cached.resolve(a.hex())).as("the lease went with its process").doesNotExist();
  }

  /** Leases a module until it is killed. */
  static final class LeaseHolder {
    private LeaseHolder() {}

    static void main(String[] arguments) throws Exception {
      ModuleCache cache =
          new ModuleCache(
              new DirectoryModuleStore(Path.of(arguments[0])), Path.of(arguments[1]), 1500);
      ModuleCache.Lease lease = cache.lease(new Digest(arguments[2]));
      System.out.println("leased");
      Thread.sleep(Long.MAX_VALUE);
      lease.close();
    }
  }

  private Digest publish(String name, int bytes) throws IOException {
    Digest digest = TinyPacks.pack(folder, name, bytes);
    store.put(digest, TinyPacks.file(folder, name));
    return digest;
  }
}
