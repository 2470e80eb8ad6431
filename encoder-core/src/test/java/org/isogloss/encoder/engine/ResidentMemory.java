package org.isogloss.encoder.engine;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What this process holds in memory, as Linux says.
 *
 * @param bytes heap, natives and what is mapped from files
 * @param leastNative of natives, at least: all that is mapped from no file but what the heap has
 *     claimed. The kernel may take pages of files back at any time
 * @param mostNative of natives, at most: the same but what lives in the heap
 */
record ResidentMemory(long bytes, long leastNative, long mostNative) {

  /** After a collection of the heap. */
  static ResidentMemory measure() throws IOException {
    System.gc();
    MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    long natives = bytes("RssAnon:");
    return new ResidentMemory(
        bytes("VmRSS:"), natives - heap.getCommitted(), natives - heap.getUsed());
  }

  /** By how much native memory has grown at least, whatever the heap did meanwhile. */
  long nativeGrowthSince(ResidentMemory before) {
    return leastNative - before.mostNative;
  }

  private static long bytes(String line) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(each -> each.startsWith(line))
        .mapToLong(each -> Long.parseLong(each.replaceAll("\\D", "")) << 10)
        .findFirst()
        .orElseThrow();
  }
}
