package org.isogloss.streams.command;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.isogloss.metrics.BitextError;
import org.isogloss.metrics.RepresentationSimilarity;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The two metrics of evaluation whose work grows with the square of their items. */
@Command(
    name = "eval",
    description = {
      "Seconds and memory of bitext error (xSIM and cosine, both directions, k = 4) on N x N random",
      "vectors, and of RSIM between every two of L languages on S sentences. Both work in blocks.",
      "Memory is the rise of the heap at its highest, copies in double precision and garbage",
      "included; beside it stands what all cosines at once would take."
    })
final class BenchEvalCommand extends IsoglossCommand {
  private static final int NEIGHBOURS = 4;
  private static final double MEBIBYTE = 1 << 20;

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Rows of each side of the bitext.")
  private int rows = 10_000;

  @Option(
      names = "--sentences",
      paramLabel = "S",
      defaultValue = "1004",
      description = "Sentences of the parallel corpus.")
  private int sentences = 1_004;

  @Option(
      names = "--languages",
      paramLabel = "L",
      defaultValue = "23",
      description = "Languages of the parallel corpus.")
  private int languages = 23;

  @Option(
      names = "--dimension",
      paramLabel = "D",
      defaultValue = "768",
      description = "Values of a vector.")
  private int dimension = 768;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Of the random vectors.")
  private long seed = 1;

  BenchEvalCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    if (rows < 1 || dimension < 1 || sentences < 3 || languages < 2) {
      throw wronglyCalled("--rows and --dimension take at least 1, --sentences 3, --languages 2");
    }
    Random random = new Random(seed);
    TextTable table = new TextTable("metric", "seconds", "memory, MiB", "all cosines, MiB");
    float[][] x = vectors(rows, random);
    float[][] y = vectors(rows, random);
    row(
        table,
        "bitext error, %d x %d".formatted(rows, rows),
        () -> BitextError.of(x, y, NEIGHBOURS),
        (double) rows * rows);
    List<float[][]> corpus =
        IntStream.range(0, languages).mapToObj(l -> vectors(sentences, random)).toList();
    row(
        table,
        "RSIM, %d sentences, %d languages".formatted(sentences, languages),
        () -> RepresentationSimilarity.allPairs(corpus),
        (double) sentences * sentences * languages);
    terminal()
        .out()
        .printf(
            "vectors of %d, once each, %d cores%n%n%s",
            dimension, Runtime.getRuntime().availableProcessors(), table.markdown());
    return DONE;
  }

  /**
   * @param cosines how many a matrix of all would hold
   */
  private static void row(TextTable table, String name, Runnable metric, double cosines) {
    List<MemoryPoolMXBean> heap =
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .toList();
    System.gc();
    long before = heap.stream().mapToLong(pool -> pool.getUsage().getUsed()).sum();
    heap.forEach(MemoryPoolMXBean::resetPeakUsage);
    long started = System.nanoTime();
    metric.run();
    double seconds = (System.nanoTime() - started) / 1e9;
    // Garbage included, and the pools' peaks need not fall together: at most so much.
    long peak = heap.stream().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum();
    table.row(
        name,
        number("%.1f", seconds),
        number("%.0f", (peak - before) / MEBIBYTE),
        number("%.0f", cosines * Double.BYTES / MEBIBYTE));
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }

  private float[][] vectors(int count, Random random) {
    float[][] vectors = new float[count][dimension];
    for (float[] vector : vectors) {
      for (int i = 0; i < dimension; i++) {
        vector[i] = (float) random.nextGaussian();
      }
    }
    return vectors;
  }
}
