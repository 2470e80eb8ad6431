package org.isogloss.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.isogloss.encoder.module.ModulePack;
import org.isogloss.encoder.space.Digest;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Modules unpacked on local disk, fetched from a store when first wanted and verified by digest.
 * What is leased stays; what is not goes, least recently used first, once the whole is over its
 * limit.
 *
 * <p>Threads: safe for any; fetching holds the lock, so a module is fetched once. Several processes
 * may share a directory: a module appears in it whole or not at all, and what one process leases no
 * other evicts ({@code .lease-DIGEST} is locked meanwhile).
 */
public final class ModuleCache {
  private static final Logger LOG = LoggerFactory.getLogger(ModuleCache.class);

  private final ModuleStore store;
  private final Path directory;
  private final long maxBytes;
  private final Map<Digest, Integer> leases = new HashMap<>();
  private long uses;
  private final Map<Digest, Long> lastUse = new HashMap<>();

  /**
   * @param directory created when needed
   * @param maxBytes what unleased modules may leave on disk; leased ones may exceed it
   */
  public ModuleCache(ModuleStore store, Path directory, long maxBytes) {
    if (maxBytes < 0) {
      throw new IllegalArgumentException("maxBytes " + maxBytes);
    }
    this.store = store;
    this.directory = directory;
    this.maxBytes = maxBytes;
  }

  /** A module's directory, kept until closed. */
  public final class Lease implements AutoCloseable {
    private final Digest digest;
    private final LeaseLock lock;
    private boolean closed;

    private Lease(Digest digest, LeaseLock lock) {
      this.digest = digest;
      this.lock = lock;
    }

    /**
     * Holds {@code manifest.json}, {@code module.safetensors} and perhaps {@code tokenizer.json}.
     */
    public Path directory() {
      return directory.resolve(digest.hex());
    }

    /** Closing twice does nothing. */
    @Override
    public void close() {
      synchronized (ModuleCache.this) {
        if (!closed) {
          closed = true;
          leases.merge(digest, -1, Integer::sum);
          try {
            lock.close();
          } catch (IOException e) {
            LOG.warn("the lease of {} stays until this process ends", digest.abbreviated(), e);
          }
          evict();
        }
      }
    }
  }

  /**
   * The module of that digest, from disk or from the store.
   *
   * @throws IsoglossException as {@link ModuleStore#get}, or BAD_MODULE if it is no pack
   */
  public synchronized Lease lease(Digest digest) {
    Path target = directory.resolve(digest.hex());
    LeaseLock lock;
    try {
      Files.createDirectories(directory);
      lock = LeaseLock.shared(lockFile(digest));
      try {
        if (!Files.isDirectory(target) || !isWhole(digest, target)) {
          fetch(digest, target);
        }
      } catch (IOException | RuntimeException e) {
        lock.close();
        throw e;
      }
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.OUTPUT_FAILED, "cannot write to the module cache " + directory, e);
    }
    leases.merge(digest, 1, Integer::sum);
    lastUse.put(digest, ++uses);
    evict();
    return new Lease(digest, lock);
  }

  /** In one spelling, whatever links lead here: a second lock on one file would go unnoticed. */
  private Path lockFile(Digest digest) throws IOException {
    return directory.toRealPath().resolve(".lease-" + digest.hex());
  }

  /** Verified once per process: files of a running worker are not hashed again and again. */
  private boolean isWhole(Digest digest, Path target) throws IOException {
    if (lastUse.containsKey(digest)) {
      return true;
    }
    boolean whole;
    try {
      whole = ModulePack.digest(target).equals(digest);
    } catch (IsoglossException e) {
      // Files are missing: a process was killed while it deleted them.
      whole = false;
    }
    if (!whole) {
      LOG.warn("the cached module {} is damaged; fetching it again", digest.abbreviated());
      delete(target);
    }
    return whole;
  }

  private void fetch(Digest digest, Path target) throws IOException {
    Path pack =
        directory.resolve(".fetch-" + digest.abbreviated() + "-" + ProcessHandle.current().pid());
    try {
      Files.deleteIfExists(pack);
      store.get(digest, pack);
      ModulePack.unpack(pack, target);
    } finally {
      Files.deleteIfExists(pack);
    }
  }

  private void evict() {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try {
      long total = 0;
      List<Digest> idle = new ArrayList<>();
      Map<Digest, Long> sizes = new HashMap<>();
      try (Stream<Path> modules = Files.list(directory)) {
        for (Path module : modules.filter(ModuleCache::isModule).toList()) {
          Digest digest = new Digest(module.getFileName().toString());
          long size = size(module);
          sizes.put(digest, size);
          total += size;
          if (leases.getOrDefault(digest, 0) == 0) {
            idle.add(digest);
          }
        }
      }
      idle.sort(Comparator.comparingLong(d -> lastUse.getOrDefault(d, 0L)));
      for (Digest digest : idle) {
        if (total <= maxBytes) {
          return;
        }
        Path module = directory.resolve(digest.hex());
        if (LeaseLock.ifFree(lockFile(digest), () -> delete(module))) {
          lastUse.remove(digest);
          total -= sizes.getOrDefault(digest, 0L);
        }
      }
    } catch (IOException e) {
      // The cache only grows a little longer; the next lease tries again.
      LOG.warn("cannot tidy the module cache {}", directory, e);
    }
  }

  private static boolean isModule(Path path) {
    return path.getFileName().toString().matches("[0-9a-f]{64}");
  }

  private static long size(Path module) throws IOException {
    try (Stream<Path> files = Files.list(module)) {
      long size = 0;
      for (Path file : files.toList()) {
        size += Files.size(file);
      }
      return size;
    }
  }

  /** At once for whoever looks, so that a process killed meanwhile leaves no half of a module. */
  private static void delete(Path module) throws IOException {
    Path gone =
        module.resolveSibling(
            ".gone-" + module.getFileName() + "-" + ProcessHandle.current().pid());
    try {
      Files.move(module, gone, StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      return; // Another process was faster.
    }
    try (Stream<Path> files = Files.list(gone)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(gone);
  }
}
