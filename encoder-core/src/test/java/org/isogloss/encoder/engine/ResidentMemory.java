package org.isogloss.encoder.engine;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What this process holds in memory, as Linux says.
 *
 * @param bytes heap and natives
 * @param leastNative of them not in the heap, at least: all but what the heap has claimed
 * @param mostNative of them not in the heap, at most: all but what lives in the heap
 */
record ResidentMemory(long bytes, long leastNative, long mostNative) {

  /** After a collection of the heap. */
  static ResidentMemory measure() throws IOException {
    System.gc();
    MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    long bytes =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
            .findFirst()
            .orElseThrow();
    return new ResidentMemory(bytes, bytes - heap.getCommitted(), bytes - heap.getUsed());
  }

  /** By how much native memory has grown at least, whatever the heap did meanwhile. */
  long nativeGrowthSince(ResidentMemory before) {
    return leastNative - before.mostNative;
  }
}
