package org.isogloss.trainer.loop;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.function.LongSupplier;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.engine.TrainableLanguage;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/** Runs a task to its end, from its start or from its last checkpoint. For one thread. */
public final class TrainingLoop {
  private static final String STATE = "state.safetensors";
  private static final String BEST = "best-%d.safetensors";

  /** How much the latest step counts in the pace. */
  private static final double PACE_SHARE = 0.1;

  private final LoopSettings settings;
  private final LongSupplier nanoClock;
  private final LoopListener listener;

  public TrainingLoop(LoopSettings settings, LongSupplier nanoClock, LoopListener listener) {
    this.settings = settings;
    this.nanoClock = nanoClock;
    this.listener = listener;
  }

  /**
   * Runs a task.
   *
   * @param folder of its checkpoints, made if need be; what an earlier run of the same task left
   *     there is gone on from
   * @param title of the curve
   * @throws IsoglossException TRAINING_DIVERGED, the last good checkpoint being kept;
   *     TRAINING_STOPPED after a checkpoint, if the listener's signal was given; BAD_CHECKPOINT if
   *     the folder is of another task; OUTPUT_FAILED
   */
  public LoopResult run(TrainingTask task, Path folder, String title) {
    try {
      Files.createDirectories(folder);
      return new Run(task, folder, title).go();
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.OUTPUT_FAILED, "no checkpoint can be kept in " + folder, e);
    }
  }

  private final class Run {
    private final TrainingTask task;
    private final TrainableLanguage learner;
    private final Path folder;
    private final String title;
    private final SeededBatches batches;
    private final long steps;
    private final String fingerprint;
    private LossCurve curve = new LossCurve();
    private long step;
    private double firstScore = Double.NaN;
    private double bestScore = Double.NEGATIVE_INFINITY;
    private long bestStep;
    private int scoresSinceBest;
    private double secondsPerStep;
    private double secondsPerToken;

    Run(TrainingTask task, Path folder, String title) {
      this.task = task;
      this.learner = task.learner();
      this.folder = folder;
      this.title = title;
      this.batches =
          new SeededBatches(
              task.exampleTokens(),
              settings.tokenBudget(),
              settings.mostExamples(),
              settings.seed(),
              task.mixture());
      this.steps = settings.steps().orElseGet(this::stepsOfEpochs);
      this.fingerprint = task.fingerprint() + " " + settings;
    }

    private long stepsOfEpochs() {
      long total = 0;
      for (int epoch = 0; epoch < settings.epochs(); epoch++) {
        total += batches.epoch(epoch).size();
      }
      return total;
    }

    LoopResult go() throws IOException {
      if (!resume()) {
        curve.add(new LossCurve.Point(0, OptionalDouble.empty(), 0, 0, 0, OptionalDouble.empty()));
        score();
        checkpoint();
      }
      boolean stopped = scoresSinceBest >= settings.patience();
      long first = 0;
      for (int epoch = 0; step < steps && !stopped; epoch++) {
        List<int[]> planned = batches.epoch(epoch);
        for (int at = 0; at < planned.size() && step < steps && !stopped; at++) {
          if (first + at >= step) {
            step(planned.get(at));
            boolean last = step == steps;
            if (step % settings.evaluateEvery() == 0 || last) {
              score();
              stopped = scoresSinceBest >= settings.patience();
            }
            boolean toStop = !last && !stopped && listener.stop().requested().isPresent();
            if (step % settings.checkpointEvery() == 0 || last || stopped || toStop) {
              checkpoint();
            }
            if (toStop) {
              listener.stop().check("after %d of %d steps".formatted(step, steps));
            }
          }
        }
        first += planned.size();
      }
      return new LoopResult(step, firstScore, bestStep, bestScore, stopped, best());
    }

    private boolean resume() throws IOException {
      Optional<Checkpoint> found = Checkpoint.open(folder.resolve(STATE));
      if (found.isEmpty()) {
        return false;
      }
      try (Checkpoint checkpoint = found.get()) {
        resume(checkpoint.progress(), checkpoint.state());
      }
      curve = LossCurve.read(folder.resolve("curve.tsv"), step);
      listener.resumed(step);
      return true;
    }

    private void resume(Checkpoint.Progress progress, TrainableLanguage.State state) {
      if (!progress.fingerprint().equals(fingerprint)) {
        throw new IsoglossException(
            ErrorCode.BAD_CHECKPOINT,
            folder + " holds a run of other data or settings: " + progress.fingerprint());
      }
      try {
        learner.restore(state);
      } catch (IllegalArgumentException e) {
        throw new IsoglossException(ErrorCode.BAD_CHECKPOINT, folder + ": " + e.getMessage(), e);
      }
      step = progress.step();
      firstScore = progress.firstScore();
      bestScore = progress.bestScore();
      bestStep = progress.bestStep();
      scoresSinceBest = progress.scoresSinceBest();
    }

    private void step(int[] batch) {
      long begin = nanoClock.getAsLong();
      double rate = settings.schedule().at(step, steps);
      TrainableLanguage.BatchLoss gave = task.accumulate(batch, step);
      if (!Double.isFinite(gave.loss())) {
        throw diverged("the loss of step %d is %s".formatted(step, gave.loss()));
      }
      double norm = learner.update(rate);
      if (!Double.isFinite(norm)) {
        throw diverged("the gradients of step %d have the norm %s".formatted(step, norm));
      }
      step++;
      curve.add(
          new LossCurve.Point(
              step,
              OptionalDouble.of(gave.loss()),
              rate,
              norm,
              gave.tokens(),
              OptionalDouble.empty()));
      double seconds = (nanoClock.getAsLong() - begin) / 1e9;
      secondsPerStep = secondsPerStep == 0 ? seconds : blend(secondsPerStep, seconds);
      double perToken = seconds / Math.max(1, gave.tokens());
      secondsPerToken = secondsPerToken == 0 ? perToken : blend(secondsPerToken, perToken);
      listener.stepped(
          new LoopListener.Step(
              step,
              steps,
              gave.loss(),
              rate,
              norm,
              secondsPerToken > 0 ? 1 / secondsPerToken : 0,
              Duration.ofMillis((long) (1000 * secondsPerStep * (steps - step)))));
    }

    private static double blend(double before, double now) {
      return (1 - PACE_SHARE) * before + PACE_SHARE * now;
    }

    private void score() throws IOException {
      double score = task.score();
      if (!Double.isFinite(score)) {
        throw diverged("the score after %d steps is %s".formatted(step, score));
      }
      curve.score(score);
      boolean better = step == 0 || score > bestScore;
      if (step == 0) {
        firstScore = score;
      }
      if (better) {
        bestScore = score;
        bestStep = step;
        scoresSinceBest = 0;
        Checkpoint.write(best(step), progress(), learner.updates(), learner.learntSources());
      } else {
        scoresSinceBest++;
      }
      listener.scored(step, task.scoreName(), score, better);
    }

    private void checkpoint() throws IOException {
      if (!learner.isFinite()) {
        throw diverged("a weight is no number after %d steps".formatted(step));
      }
      curve.write(
          folder.resolve("curve.tsv"), folder.resolve("curve.svg"), title, task.scoreName());
      Checkpoint.write(
          folder.resolve(STATE), progress(), learner.updates(), learner.stateSources());
      forgetOtherBests();
    }

    /** Named by its step, since it may be newer than the checkpoint that is gone on from. */
    private Path best(long ofStep) {
      return folder.resolve(BEST.formatted(ofStep));
    }

    /** Only after the checkpoint that names another one is written. */
    private void forgetOtherBests() throws IOException {
      try (DirectoryStream<Path> bests =
          Files.newDirectoryStream(folder, BEST.replace("%d", "*"))) {
        for (Path file : bests) {
          if (!file.equals(best(bestStep))) {
            Files.delete(file);
          }
        }
      }
    }

    private Checkpoint.Progress progress() {
      return new Checkpoint.Progress(
          step, fingerprint, firstScore, bestScore, bestStep, scoresSinceBest);
    }

    private SequencedMap<String, TensorEntry> best() {
      try (Checkpoint best =
          Checkpoint.open(best(bestStep))
              .orElseThrow(
                  () ->
                      new IsoglossException(
                          ErrorCode.BAD_CHECKPOINT, best(bestStep) + " has been lost"))) {
        SequencedMap<String, TensorEntry> tensors = new LinkedHashMap<>();
        best.state()
            .tensors()
            .forEach(
                (name, tensor) -> {
                  // Off the heap, which a whole backbone would fill.
                  MemorySegment copy = Arena.ofAuto().allocate(tensor.segment().byteSize());
                  copy.copyFrom(tensor.segment());
                  tensors.put(name, new TensorEntry(name, tensor.type(), tensor.shape(), copy));
                });
        return tensors;
      }
    }

    private IsoglossException diverged(String what) {
      return new IsoglossException(
          ErrorCode.TRAINING_DIVERGED,
          "%s; the last good checkpoint is kept in %s".formatted(what, folder));
    }
  }
}
