package org.isogloss.streams.command;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The checks that need nothing of ours: the JDK, its modules, memory, disk. */
final class MachineChecks {
  private static final int MINIMUM_JAVA = 25;
  private static final long GIBIBYTE = 1L << 30;

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

  static Finding simd() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
        ? new Finding.Good("SIMD", Lanes.describe())
        : new Finding.Doubtful(
            "SIMD",
            "jdk.incubator.vector is not loaded",
            "Start with ./isogloss, or add --add-modules=jdk.incubator.vector.");
  }

  /** Apart, since its class cannot be loaded without the module. */
  private static final class Lanes {
    static String describe() {
      VectorSpecies<Float> widest = FloatVector.SPECIES_PREFERRED;
      return "%d bits, %d floats at once".formatted(widest.vectorBitSize(), widest.length());
    }
  }

  /**
   * @param wantedBytes what the model takes, the heap among it
   */
  static Finding memory(long wantedBytes) {
    long heap = Runtime.getRuntime().maxMemory();
    if (!(ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system)) {
      return new Finding.Doubtful("memory", "unknown", "None known on this JVM.");
    }
    long total = system.getTotalMemorySize();
    String detail = "%.1f GiB, heap up to %.1f GiB".formatted(gibibytes(total), gibibytes(heap));
    return total >= wantedBytes
        ? new Finding.Good("memory", detail)
        : new Finding.Doubtful(
            "memory",
            detail,
            "The model wants %.1f GiB: use a smaller one, or ISOGLOSS_HEAP=512m."
                .formatted(gibibytes(wantedBytes)));
  }

  /**
   * Room where models and data are kept.
   *
   * @param wantedBytes what is still to be fetched, and some room for data
   */
  static Finding disk(Path home, long wantedBytes) {
    Path existing = home.toAbsolutePath();
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    try {
      long free = Files.getFileStore(existing).getUsableSpace();
      String detail = "%.1f GiB free for %s".formatted(gibibytes(free), home);
      if (!Files.isDirectory(existing) || !Files.isWritable(existing)) {
        return new Finding.Broken(
            "disk",
            existing + " is no folder that can be written to",
            "Let ISOGLOSS_HOME name a writable folder.");
      }
      return free >= wantedBytes
          ? new Finding.Good("disk", detail)
          : new Finding.Doubtful(
              "disk",
              detail,
              "%.1f GiB are wanted: make room, or move ISOGLOSS_HOME."
                  .formatted(gibibytes(wantedBytes)));
    } catch (IOException e) {
      return new Finding.Broken("disk", "cannot look at " + existing, "Check ISOGLOSS_HOME.");
    }
  }

  private static double gibibytes(long bytes) {
    return bytes / (double) GIBIBYTE;
  }
}
