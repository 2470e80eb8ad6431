package org.isogloss.streams.command;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** The checks that need nothing of ours: the JDK, its modules, memory, disk. */
final class MachineChecks {
  private static final int MINIMUM_JAVA = 25;
  private static final long GIBIBYTE = 1L << 30;

  /** mBERT's weights, read once more than they are mapped, and the heap beside them. */
  private static final long WANTED_MEMORY_BYTES = 3 * GIBIBYTE;

  /** The fetched archive, its conversion and the copy in Maven's repository. */
  private static final long WANTED_DISK_BYTES = 3 * GIBIBYTE;

  private MachineChecks() {}

  static Finding jdk() {
    String detail =
        Runtime.version() + " at " + System.getProperty("java.home") + ", " + cores() + " cores";
    return Runtime.version().feature() >= MINIMUM_JAVA
        ? new Finding.Good("JDK", detail)
        : new Finding.Broken("JDK", detail, "Let ISOGLOSS_JAVA_HOME point to a JDK 25 or later.");
  }

  private static int cores() {
    return Runtime.getRuntime().availableProcessors();
  }

  static Finding vectorModule() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
        ? new Finding.Good("SIMD", "jdk.incubator.vector is there")
        : new Finding.Doubtful(
            "SIMD",
            "jdk.incubator.vector is not loaded",
            "Start with ./isogloss, or add --add-modules=jdk.incubator.vector.");
  }

  static Finding memory() {
    long heap = Runtime.getRuntime().maxMemory();
    if (!(ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system)) {
      return new Finding.Doubtful("memory", "unknown", "None known on this JVM.");
    }
    long total = system.getTotalMemorySize();
    String detail = "%.1f GiB, heap up to %.1f GiB".formatted(gibibytes(total), gibibytes(heap));
    return total >= WANTED_MEMORY_BYTES
        ? new Finding.Good("memory", detail)
        : new Finding.Doubtful(
            "memory", detail, "mBERT wants 3 GiB: use a smaller model, or ISOGLOSS_HEAP=512m.");
  }

  /** Room where models are kept. */
  static Finding disk(Path home) {
    Path existing = home.toAbsolutePath();
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    try {
      long free = Files.getFileStore(existing).getUsableSpace();
      String detail = "%.1f GiB free for %s".formatted(gibibytes(free), home);
      if (!Files.isWritable(existing)) {
        return new Finding.Broken(
            "disk", existing + " is not writable", "Let ISOGLOSS_HOME name a writable folder.");
      }
      return free >= WANTED_DISK_BYTES
          ? new Finding.Good("disk", detail)
          : new Finding.Doubtful(
              "disk", detail, "Fetching mBERT takes 3 GiB: make room, or move ISOGLOSS_HOME.");
    } catch (IOException e) {
      return new Finding.Broken("disk", "cannot look at " + existing, "Check ISOGLOSS_HOME.");
    }
  }

  private static double gibibytes(long bytes) {
    return bytes / (double) GIBIBYTE;
  }
}
