package org.isogloss.trainer.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.engine.TrainingEncoder;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/** Measures a stage's step against the peer's, round after round. For one thread. */
public final class StepBench {
  /** How far the losses before anything is learnt may differ, relative. */
  private static final double SAME_LOSS = 1e-3;

  private final TrainingEncoder encoder;
  private final Backbone backbone;
  private final int layers;
  private final int threads;
  private final LongSupplier nanoClock;
  private final Consumer<String> notes;

  /**
   * @param threads of both sides' steps; the encoder's own
   * @param notes hears what is under way
   */
  public StepBench(
      TrainingEncoder encoder,
      Backbone backbone,
      int layers,
      int threads,
      LongSupplier nanoClock,
      Consumer<String> notes) {
    this.encoder = encoder;
    this.backbone = backbone;
    this.layers = layers;
    this.threads = threads;
    this.nanoClock = nanoClock;
    this.notes = notes;
  }

  /**
   * Tokens per second, medians over the rounds.
   *
   * @param tokens that a round has
   */
  public record Result(MeasuredStage stage, long tokens, double ours, double peer) {
    public double ratio() {
      return ours / peer;
    }
  }

  /**
   * Measures; a first round warms up and does not count.
   *
   * @param rounds that count, at least one
   * @param steps of a round
   * @param folder for the peer's files; exists, and is nobody else's
   * @throws IsoglossException INTERNAL if the two sides compute different losses; TIMED_OUT,
   *     BAD_INPUT_FILE of the peer
   */
  public Result measure(MeasuredStage stage, int rounds, int steps, int tokenBudget, Path folder)
      throws IOException, InterruptedException {
    int hidden = backbone.config().hiddenSize();
    int pieces = Math.min(MeasuredStage.PIECES, backbone.config().vocabularySize());
    Workload work = Workload.random(steps, tokenBudget, pieces, MeasuredStage.BANK, 1);
    float[][] shared = stage.shared(hidden);
    TorchPeer peer =
        TorchPeer.write(folder, backbone.directory(), layers, threads, stage, work, shared);
    double[] ours = new double[rounds];
    double[] theirs = new double[rounds];
    try (MeasuredStage.Ours step = stage.ours(encoder, backbone, layers, work, shared)) {
      double loss = step.firstLoss();
      for (int round = 0; round <= rounds; round++) {
        notes.accept("%s, round %d".formatted(stage.label(), round));
        long begin = nanoClock.getAsLong();
        step.train();
        double rate = work.tokens() / ((nanoClock.getAsLong() - begin) / 1e9);
        TorchPeer.Round other = peer.run();
        if (!(Math.abs(other.firstLoss() - loss) <= SAME_LOSS * Math.abs(loss))) {
          throw new IsoglossException(
              ErrorCode.INTERNAL,
              "the peer's step is another one: its loss is %s, ours %s"
                  .formatted(other.firstLoss(), loss));
        }
        if (round > 0) {
          ours[round - 1] = rate;
          theirs[round - 1] = other.tokensPerSecond();
        }
      }
    }
    return new Result(stage, work.tokens(), median(ours), median(theirs));
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** A row of the table, in Markdown. */
  public static String row(Result result, double bar) {
    return String.format(
        Locale.ROOT,
        "| %s | %d | %.0f | %.0f | %.3f | %.2f |",
        result.stage().label(),
        result.tokens(),
        result.ours(),
        result.peer(),
        result.ratio(),
        bar);
  }
}
