package org.isogloss.streams.command;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Random;
import java.util.SequencedMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.isogloss.encoder.engine.TorchSimilarity;
import org.isogloss.encoder.engine.TorchSimilarity.Kernel;
import org.isogloss.mining.BitextMiner;
import org.isogloss.mining.MiningOptions;
import org.isogloss.mining.SimdSimilarity;
import org.isogloss.mining.VectorMatrix;
import org.isogloss.streams.command.InterleavedRounds.Measurement;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Mining against the matrix products it cannot do without. */
@Command(
    name = "mine",
    description = {
      "Pairs per second of mining random unit vectors, N source rows against N target rows, k = 4,",
      "ratio, against the matrix products alone. A pair is one source row held against one target",
      "row: a round looks at N x N pairs. Each product is done once and serves both directions:",
      "2 x N x N x dimension operations."
    })
final class BenchMineCommand extends IsoglossCommand {
  private static final String MINING_TORCH = "mining, libtorch";
  private static final String MINING_SIMD = "mining, SIMD";
  private static final String PRODUCTS_ONEDNN = "products alone, libtorch (oneDNN)";
  private static final String PRODUCTS_MM = "products alone, libtorch (torch.mm)";
  private static final String PRODUCTS_SIMD = "products alone, SIMD";

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "20000",
      description = "Rows of each side.")
  int rows = 20_000;

  @Option(
      names = "--dimension",
      paramLabel = "D",
      defaultValue = "768",
      description = "Values of a vector.")
  private int dimension = 768;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Rounds that count; one more warms up.")
  int rounds = 5;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of every way; as many as there are cores unless given.")
  @Nullable Integer threads;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Of the random vectors.")
  private long seed = 1;

  private static final double BAR = 0.6;

  private final BarSheet bars;

  BenchMineCommand(Terminal terminal, BarSheet bars) {
    super(terminal);
    this.bars = bars;
  }

  @Override
  int run() throws Exception {
    int workers = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    if (rows < 1 || dimension < 1 || rounds < 1 || workers < 1) {
      throw wronglyCalled("--rows, --dimension, --rounds and --threads take at least 1");
    }
    Random random = new Random(seed);
    AtomicInteger found = new AtomicInteger();
    try (VectorMatrix source = unitVectors(random);
        VectorMatrix target = unitVectors(random);
        TorchSimilarity oneDnn = TorchSimilarity.open(Kernel.ONEDNN);
        TorchSimilarity torchMm = TorchSimilarity.open(Kernel.ATEN)) {
      BitextMiner torch = new BitextMiner(oneDnn, workers);
      BitextMiner simd = new BitextMiner(new SimdSimilarity(), workers);
      BitextMiner mm = new BitextMiner(torchMm, workers);
      SequencedMap<String, Measurement> ways = new LinkedHashMap<>();
      ways.put(
          MINING_TORCH,
          () -> rate(() -> found.set(torch.mine(source, target, MiningOptions.DEFAULT).size())));
      ways.put(PRODUCTS_ONEDNN, () -> rate(() -> torch.multiplyOnly(source, target)));
      ways.put(PRODUCTS_MM, () -> rate(() -> mm.multiplyOnly(source, target)));
      ways.put(MINING_SIMD, () -> rate(() -> simd.mine(source, target, MiningOptions.DEFAULT)));
      ways.put(PRODUCTS_SIMD, () -> rate(() -> simd.multiplyOnly(source, target)));
      SequencedMap<String, Double> medians =
          InterleavedRounds.medians(
              ways, rounds, (name, round) -> terminal().note("round %d: %s", round, name));
      terminal()
          .out()
          .printf(
              "%d x %d vectors of %d, fp32, %d threads, %d pairs mined, medians of %d rounds%n%n%s",
              rows, rows, dimension, workers, found.get(), rounds, table(medians).markdown());
      bars.atLeast(
          BAR,
          "bench mine",
          "mining, of the machine's rate of matrix products",
          medians.getOrDefault(MINING_TORCH, Double.NaN) / machineRate(medians));
    }
    return DONE;
  }

  /** Pairs per second. */
  private double rate(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return (double) rows * rows / ((System.nanoTime() - start) / 1e9);
  }

  /** Of libtorch's two ways the faster one. */
  private static double machineRate(SequencedMap<String, Double> medians) {
    return Math.max(
        medians.getOrDefault(PRODUCTS_ONEDNN, 0.0), medians.getOrDefault(PRODUCTS_MM, 0.0));
  }

  private TextTable table(SequencedMap<String, Double> medians) {
    double machine = machineRate(medians);
    TextTable table = new TextTable("way", "million pairs/s", "seconds", "GFLOP/s", "fraction");
    medians.forEach(
        (name, rate) ->
            table.row(
                name,
                number("%.1f", rate / 1e6),
                number("%.2f", (double) rows * rows / rate),
                number("%.1f", 2.0 * dimension * rate / 1e9),
                number("%.3f", rate / machine)));
    return table;
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }

  private VectorMatrix unitVectors(Random random) {
    VectorMatrix matrix = VectorMatrix.allocate(rows, dimension);
    float[] vector = new float[dimension];
    for (int row = 0; row < rows; row++) {
      double square = 0;
      for (int i = 0; i < dimension; i++) {
        vector[i] = (float) random.nextGaussian();
        square += (double) vector[i] * vector[i];
      }
      double length = Math.sqrt(square);
      for (int i = 0; i < dimension; i++) {
        vector[i] = (float) (vector[i] / length);
      }
      matrix.put(row, vector);
    }
    return matrix;
  }
}
