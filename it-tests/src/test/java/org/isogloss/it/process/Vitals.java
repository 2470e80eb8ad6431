package org.isogloss.it.process;

import static java.util.stream.Collectors.toCollection;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a process holds at one moment.
 *
 * @param heapMebibytes after a collection
 * @param directMebibytes of buffers outside the heap
 * @param residentMebibytes all of the process, native memory included; 0 where it cannot be told
 * @param threads of natives too; 0 where it cannot be told
 */
public record Vitals(
    long heapMebibytes,
    long directMebibytes,
    long residentMebibytes,
    long threads,
    long openFiles) {
  /** How much more of each the end may have than the beginning, whatever the noise. */
  private static final Vitals NOISE = new Vitals(8, 8, 48, 4, 16);

  /** With fewer, growth and warming up cannot be told apart. */
  public static final int FEWEST = 12;

  private static final long MEBIBYTE = 1 << 20;
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");
  private static final Pattern THREADS = Pattern.compile("Threads:\\s+(\\d+)");
  private static final Pattern LINE =
      Pattern.compile(
          "== vitals heap (\\d+) direct (\\d+) resident (\\d+) threads (\\d+) files (\\d+)");

  /** Of this process; collects garbage first: what only a collection frees is no growth. */
  static Vitals now() {
    System.gc();
    long direct =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    long files =
        ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
            ? unix.getOpenFileDescriptorCount()
            : 0;
    return new Vitals(
        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / MEBIBYTE,
        direct / MEBIBYTE,
        status(RESIDENT) / 1024,
        status(THREADS),
        files);
  }

  /** For the log; {@link #of} reads it. */
  String line() {
    return "== vitals heap %d direct %d resident %d threads %d files %d"
        .formatted(heapMebibytes, directMebibytes, residentMebibytes, threads, openFiles);
  }

  /** Those that a process has written, in order. */
  public static List<Vitals> of(String output) {
    List<Vitals> found = new ArrayList<>();
    Matcher lines = LINE.matcher(output);
    while (lines.find()) {
      found.add(
          new Vitals(
              Long.parseLong(lines.group(1)),
              Long.parseLong(lines.group(2)),
              Long.parseLong(lines.group(3)),
              Long.parseLong(lines.group(4)),
              Long.parseLong(lines.group(5))));
    }
    return found;
  }

  /**
   * What has grown from the second quarter of a process's life to its last, by medians and beyond
   * noise; the first is warming up.
   *
   * @param life at least {@link #FEWEST}, at even distances
   * @return in words; empty if nothing has
   */
  public static List<String> grown(List<Vitals> life) {
    if (life.size() < FEWEST) {
      throw new IllegalArgumentException(life.size() + " are too few to see growth");
    }
    List<String> grown = new ArrayList<>();
    grown(grown, "heap, MiB", life, Vitals::heapMebibytes);
    grown(grown, "direct buffers, MiB", life, Vitals::directMebibytes);
    grown(grown, "resident memory, MiB", life, Vitals::residentMebibytes);
    grown(grown, "threads", life, Vitals::threads);
    grown(grown, "open files", life, Vitals::openFiles);
    return grown;
  }

  private static void grown(
      List<String> grown, String what, List<Vitals> life, ToLongFunction<Vitals> value) {
    int quarter = life.size() / 4;
    long before = median(life.subList(quarter, 2 * quarter), value);
    long after = median(life.subList(life.size() - quarter, life.size()), value);
    if (after > before + value.applyAsLong(NOISE)) {
      grown.add("%s: %d, later %d".formatted(what, before, after));
    }
  }

  private static long median(List<Vitals> of, ToLongFunction<Vitals> value) {
    List<Long> sorted =
        of.stream().map(value::applyAsLong).sorted().collect(toCollection(ArrayList::new));
    return sorted.get(sorted.size() / 2);
  }

  private static long status(Pattern what) {
    try {
      Matcher found = what.matcher(Files.readString(STATUS));
      return found.find() ? Long.parseLong(found.group(1)) : 0;
    } catch (IOException e) {
      return 0;
    }
  }
}
