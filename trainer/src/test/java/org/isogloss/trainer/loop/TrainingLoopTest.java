package org.isogloss.trainer.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.DoubleSupplier;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.RandomBackbone;
import org.isogloss.encoder.engine.EncoderOptions;
import org.isogloss.encoder.engine.Objective;
import org.isogloss.encoder.engine.OptimiserOptions;
import org.isogloss.encoder.engine.TrainableLanguage;
import org.isogloss.encoder.engine.TrainingEncoder;
import org.isogloss.encoder.engine.VectorBank;
import org.isogloss.encoder.module.AdapterShape;
import org.isogloss.encoder.module.ModuleDraft;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.space.View;
import org.isogloss.encoder.tokenize.TokenSequence;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingLoopTest {
  private static final int EXAMPLES = 40;
  private static final int DIMENSION = 32;

  @TempDir Path folder;
  private Backbone backbone;
  private TrainingEncoder encoder;

  @BeforeEach
  void open() throws IOException {
    RandomBackbone.write(folder.resolve("tiny"), RandomBackbone.Options.TINY);
    backbone = Backbone.open(folder.resolve("tiny"));
    encoder =
        TrainingEncoder.open(
            backbone, EncoderOptions.onCpu(2).withThreads(1), TrainingEncoder.Arithmetic.SINGLE);
  }

  @AfterEach
  void close() {
    encoder.close();
    backbone.close();
  }

  /** Random sentences that learn random vectors. */
  private final class Task implements TrainingTask {
    private final TrainableLanguage learner;
    private final List<TokenSequence> sentences = new ArrayList<>();
    private final VectorBank bank;
    private final DoubleSupplier score;

    Task(DoubleSupplier score) {
      this.score = score;
      ModuleManifest manifest =
          new ModuleManifest.Alignment(
              "de",
              new ModuleManifest.Common(
                  backbone.digest(), 2, DIMENSION, Map.of(), Map.of(), "none", List.of()),
              Optional.empty(),
              Optional.empty(),
              Optional.of(new AdapterShape(4, 1)),
              false);
      learner =
          encoder.language(
              Optional.empty(),
              Optional.of(ModuleDraft.fresh(manifest, backbone.config(), Map.of(), 1)),
              name -> true,
              OptimiserOptions.DEFAULT);
      Random random = new Random(3);
      float[][] targets = new float[EXAMPLES][DIMENSION];
      for (float[] target : targets) {
        for (int i = 0; i < DIMENSION; i++) {
          target[i] = (float) random.nextGaussian();
        }
        sentences.add(
            new TokenSequence(random.ints(3 + random.nextInt(5), 5, 900).toArray(), false));
      }
      bank = encoder.bank(targets);
    }

    @Override
    public TrainableLanguage learner() {
      return learner;
    }

    @Override
    public int[] exampleTokens() {
      return sentences.stream().mapToInt(TokenSequence::length).toArray();
    }

    @Override
    public TrainableLanguage.BatchLoss accumulate(int[] examples, long step) {
      List<TokenSequence> some = new ArrayList<>();
      List<Integer> targets = new ArrayList<>();
      for (int example : examples) {
        some.add(sentences.get(example));
        targets.add(example);
      }
      return learner.accumulate(
          some, View.CROSS_LINGUAL, new Objective.WholeBank(bank, targets, 20, 0.99), 1);
    }

    @Override
    public double score() {
      return score.getAsDouble();
    }

    @Override
    public String scoreName() {
      return "dev";
    }

    @Override
    public String fingerprint() {
      return "a test";
    }
  }

  private static LoopSettings settings(double rate, int steps, int patience) {
    return new LoopSettings(
        1,
        OptionalLong.of(steps),
        60,
        16,
        new LearningRateSchedule(rate, 2, LearningRateSchedule.Decay.COSINE),
        4,
        3,
        patience,
        7);
  }

  private LoopResult run(
      LoopSettings settings, LoopListener listener, DoubleSupplier score, Path to) {
    Task task = new Task(score);
    try (TrainableLanguage learner = task.learner()) {
      return new TrainingLoop(settings, System::nanoTime, listener).run(task, to, "a test");
    }
  }

  /** A power cut: nothing of the loop runs after it. */
  private static final class Cut extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private static LoopListener cutAfter(long step) {
    return new LoopListener() {
      @Override
      public void stepped(Step at) {
        if (at.step() == step) {
          throw new Cut();
        }
      }

      @Override
      public void scored(long at, String name, double score, boolean best) {}

      @Override
      public void resumed(long at) {}
    };
  }

  private static double[] losses(Path run) throws IOException {
    return LossCurve.read(run.resolve("curve.tsv"), Long.MAX_VALUE).points().stream()
        .filter(point -> point.loss().isPresent())
        .mapToDouble(point -> point.loss().getAsDouble())
        .toArray();
  }

  @Test
  void aRunThatWasCutGivesTheCurveOfAnUnbrokenOne() throws IOException {
    LoopSettings settings = settings(0.01, 20, 100);
    double[] scores = {1, 2, 5, 3, 4, 2};
    LoopResult unbroken =
        run(settings, LoopListener.silent(), scoresOf(scores), folder.resolve("unbroken"));
    Path broken = folder.resolve("broken");
    for (long cut : new long[] {8, 14}) {
      double[] left = cut == 8 ? scores : new double[] {5, 3, 4, 2};
      assertThatThrownBy(() -> run(settings, cutAfter(cut), scoresOf(left), broken))
          .isInstanceOf(Cut.class);
    }
    LoopResult resumed =
        run(settings, LoopListener.silent(), scoresOf(new double[] {4, 2}), broken);
    assertThat(losses(broken))
        .hasSize(20)
        .containsExactly(losses(folder.resolve("unbroken")), within(1e-4));
    assertThat(resumed.steps()).isEqualTo(20);
    assertThat(resumed.bestStep()).isEqualTo(unbroken.bestStep()).isEqualTo(8);
    assertThat(resumed.best().keySet()).isEqualTo(unbroken.best().keySet());
    unbroken
        .best()
        .forEach(
            (name, tensor) ->
                assertThat(Optional.ofNullable(resumed.best().get(name)).orElseThrow().toFloats())
                    .containsExactly(tensor.toFloats(), within(1e-5f)));
    assertThat(Files.readString(broken.resolve("curve.svg"))).contains("<svg").contains("dev");
  }

  @Test
  void bestWeightsNewerThanTheCheckpointAreNotTakenForIts() throws IOException {
    LoopSettings settings = settings(0.01, 8, 100);
    LoopResult right =
        run(settings, LoopListener.silent(), scoresOf(new double[] {1, 2, 0}), folder.resolve("a"));
    assertThat(right.bestStep()).isEqualTo(4);
    Path killed = folder.resolve("killed");
    // Scored best at step 8, and cut off before the checkpoint that would have said so.
    assertThatThrownBy(
            () -> run(settings, cutWhenScoredAt(8), scoresOf(new double[] {1, 2, 3}), killed))
        .isInstanceOf(Cut.class);
    assertThat(killed.resolve("best-8.safetensors")).exists();
    // The second time the score is another one, as it may be by the low bits of its sums.
    LoopResult resumed = run(settings, LoopListener.silent(), scoresOf(new double[] {0}), killed);
    assertThat(resumed.bestStep()).isEqualTo(4);
    right
        .best()
        .forEach(
            (name, tensor) ->
                assertThat(Optional.ofNullable(resumed.best().get(name)).orElseThrow().toFloats())
                    .containsExactly(tensor.toFloats(), within(1e-6f)));
    assertThat(killed.resolve("best-8.safetensors")).doesNotExist();
  }

  private static LoopListener cutWhenScoredAt(long step) {
    return new LoopListener() {
      @Override
      public void stepped(Step at) {}

      @Override
      public void scored(long at, String name, double score, boolean best) {
        if (at == step) {
          throw new Cut();
        }
      }

      @Override
      public void resumed(long at) {}
    };
  }

  @Test
  void aRunThatIsToldToStopFinishesItsStepAndGoesOnFromThere() throws IOException {
    LoopSettings settings = settings(0.01, 20, 100);
    run(settings, LoopListener.silent(), () -> 1, folder.resolve("unbroken"));
    StopSignal service = new StopSignal();
    StopSignal stop = service.within();
    Path stopped = folder.resolve("stopped");
    LoopListener listener =
        new LoopListener() {
          @Override
          public void stepped(Step at) {
            if (at.step() == 7) {
              service.request("the test says so");
            }
          }

          @Override
          public void scored(long at, String name, double score, boolean best) {}

          @Override
          public void resumed(long at) {}

          @Override
          public StopSignal stop() {
            return stop;
          }
        };
    assertThatThrownBy(() -> run(settings, listener, () -> 1, stopped))
        .isInstanceOfSatisfying(
            IsoglossException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.TRAINING_STOPPED);
              assertThat(e.reason()).contains("after 7 of 20 steps", "the test says so");
            });
    try (Checkpoint kept = Checkpoint.open(stopped.resolve("state.safetensors")).orElseThrow()) {
      assertThat(kept.progress().step()).isEqualTo(7);
    }
    run(settings, LoopListener.silent(), () -> 1, stopped);
    assertThat(losses(stopped)).containsExactly(losses(folder.resolve("unbroken")), within(1e-4));
  }

  private static DoubleSupplier scoresOf(double[] scores) {
    int[] next = {0};
    return () -> scores[next[0]++];
  }

  @Test
  void lossesFall() throws IOException {
    run(settings(0.02, 60, 100), LoopListener.silent(), () -> 1, folder.resolve("run"));
    double[] losses = losses(folder.resolve("run"));
    assertThat(losses[59]).isLessThan(losses[0] * 0.7);
  }

  @Test
  void aRunEndsWhenItsScoreGetsNoBetterAndTheBestIsKept() {
    LoopResult result =
        run(
            settings(0.01, 400, 3),
            LoopListener.silent(),
            scoresOf(new double[] {1, 4, 3, 3, 2}),
            folder.resolve("run"));
    assertThat(result.stoppedEarly()).isTrue();
    assertThat(result.steps()).isEqualTo(16);
    assertThat(result.bestStep()).isEqualTo(4);
    assertThat(result.firstScore()).isEqualTo(1);
  }

  @Test
  void aLossThatIsNoNumberStopsTheRunAndTheLastGoodCheckpointIsKept() {
    Path to = folder.resolve("run");
    assertThatThrownBy(() -> run(settings(1e30, 50, 100), LoopListener.silent(), () -> 1, to))
        .isInstanceOf(IsoglossException.class)
        .extracting(e -> ((IsoglossException) e).code())
        .isEqualTo(ErrorCode.TRAINING_DIVERGED);
    try (Checkpoint kept = Checkpoint.open(to.resolve("state.safetensors")).orElseThrow()) {
      kept.state()
          .tensors()
          .forEach(
              (name, tensor) -> {
                for (float value : tensor.toFloats()) {
                  assertThat(Float.isFinite(value)).as(name).isTrue();
                }
              });
    }
  }

  @Test
  void aCheckpointOfOtherSettingsIsRefused() {
    Path to = folder.resolve("run");
    run(settings(0.01, 4, 100), LoopListener.silent(), () -> 1, to);
    assertThatThrownBy(() -> run(settings(0.02, 4, 100), LoopListener.silent(), () -> 1, to))
        .isInstanceOf(IsoglossException.class)
        .extracting(e -> ((IsoglossException) e).code())
        .isEqualTo(ErrorCode.BAD_CHECKPOINT);
  }
}
