package org.isogloss.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.isogloss.encoder.module.ModulePack;
import org.isogloss.encoder.space.Digest;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every module store must do, whatever it stands on. */
public abstract class ModuleStoreKit {
  @TempDir protected Path folder;

  /** The store under test, which works; the same one at every call within a test. */
  protected abstract ModuleStore store();

  /** A store of the same kind at a place where there is none. */
  protected abstract ModuleStore absentStore();

  /** Replaces what the store keeps under the digest, behind its back. */
  protected abstract void alter(Digest digest, byte[] content) throws IOException;

  /** Packs and puts a module. */
  protected final Digest publish(String name, int bytes) throws IOException {
    Digest digest = TinyPacks.pack(folder, name, bytes);
    store().put(digest, TinyPacks.file(folder, name));
    return digest;
  }

  /** That this fails with the code and leaves no file behind. */
  protected final IsoglossException fails(ErrorCode code, ModuleStore store, Digest digest) {
    Path target = folder.resolve("failed-" + code);
    List<IsoglossException> failures = new ArrayList<>();
    assertThatThrownBy(() -> store.get(digest, target))
        .isInstanceOfSatisfying(IsoglossException.class, failures::add);
    IsoglossException failure = failures.getFirst();
    assertThat(failure.code()).as(failure.getMessage()).isEqualTo(code);
    assertThat(target).as("what is left of a failed download").doesNotExist();
    return failure;
  }

  @Test
  void whatIsPutIsGotAndPuttingTwiceDoesNothing() throws IOException {
    Digest digest = publish("a", 10);
    store().put(digest, TinyPacks.file(folder, "a"));
    store().get(digest, folder.resolve("got"));
    assertThat(folder.resolve("got")).hasSameBinaryContentAs(TinyPacks.file(folder, "a"));
  }

  @Test
  void aFileThatIsNotWhatItsDigestSaysIsRefusedOnTheWayIn() throws IOException {
    TinyPacks.pack(folder, "a", 10);
    Digest other = Digest.of("other");
    assertThatThrownBy(() -> store().put(other, TinyPacks.file(folder, "a")))
        .hasMessageContaining(ErrorCode.DIGEST_MISMATCH.code());
    publish("b", 10);
    fails(ErrorCode.MODULE_MISSING, store(), other);
  }

  @Test
  void whatWasAlteredInTheStoreIsRefusedOnTheWayOutAndHealedByPuttingItAgain() throws IOException {
    Digest digest = publish("a", 10);
    byte[] altered = Files.readAllBytes(TinyPacks.file(folder, "a"));
    altered[altered.length / 2] ^= 1;
    alter(digest, altered);
    fails(ErrorCode.DIGEST_MISMATCH, store(), digest);
    alter(digest, new byte[3]);
    fails(ErrorCode.DIGEST_MISMATCH, store(), digest);
    store().put(digest, TinyPacks.file(folder, "a"));
    store().get(digest, folder.resolve("healed"));
    assertThat(folder.resolve("healed")).hasSameBinaryContentAs(TinyPacks.file(folder, "a"));
  }

  @Test
  void aMissingModuleAndAMissingStoreAreToldApart() throws IOException {
    fails(ErrorCode.STORE_UNAVAILABLE, absentStore(), Digest.of("x"));
    publish("a", 10);
    fails(ErrorCode.MODULE_MISSING, store(), Digest.of("x"));
  }

  @Test
  void whatIsAtTheTargetAlreadyIsLeftAlone() throws IOException {
    Digest digest = publish("a", 10);
    Path target = Files.writeString(folder.resolve("mine"), "mine");
    assertThatThrownBy(() -> store().get(digest, target))
        .hasMessageContaining(ErrorCode.OUTPUT_FAILED.code());
    assertThat(target).hasContent("mine");
  }

  @Test
  void severalMayPutAndGetTheSameModuleAtOnce() throws Exception {
    Digest digest = TinyPacks.pack(folder, "a", 200_000);
    Path pack = TinyPacks.file(folder, "a");
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Path target = folder.resolve("got-" + i);
        all.add(
            threads.submit(
                () -> {
                  store().put(digest, pack);
                  store().get(digest, target);
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw new AssertionError("one of four failed", e.getCause());
    }
    for (int i = 0; i < 4; i++) {
      assertThat(folder.resolve("got-" + i)).hasSameBinaryContentAs(pack);
    }
  }

  @Test
  void theCacheFetchesFromItAndUnpacks() throws IOException {
    Digest digest = publish("a", 1000);
    ModuleCache cache = new ModuleCache(store(), folder.resolve("cache"), 1 << 20);
    try (ModuleCache.Lease lease = cache.lease(digest)) {
      assertThat(ModulePack.digest(lease.directory())).isEqualTo(digest);
    }
  }
}
