package org.isogloss.trainer.command;

import java.util.Optional;
import java.util.OptionalLong;
import org.isogloss.encoder.engine.OptimiserOptions;
import org.isogloss.trainer.loop.LearningRateSchedule;
import org.isogloss.trainer.loop.LoopSettings;
import org.isogloss.trainer.stage.StageSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How a training run goes: what all stages share. */
final class LoopOptions {
  @Option(names = "--epochs", paramLabel = "N", defaultValue = "3", description = "Over the data.")
  private int epochs = 3;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "So many steps instead, over as many epochs as that takes.")
  private @Nullable Long steps;

  @Option(
      names = "--lr",
      paramLabel = "X",
      defaultValue = "3e-4",
      description = "Learning rate after warming up.")
  private double learningRate = 3e-4;

  @Option(
      names = "--warm-up",
      paramLabel = "STEPS",
      defaultValue = "10",
      description = "Steps in which the learning rate rises.")
  private int warmUp = 10;

  @Option(
      names = "--decay",
      paramLabel = "constant|linear|cosine",
      defaultValue = "constant",
      description = "What the learning rate does then.")
  private LearningRateSchedule.Decay decay = LearningRateSchedule.Decay.CONSTANT;

  @Option(
      names = "--weight-decay",
      paramLabel = "X",
      defaultValue = "0.01",
      description = "Decoupled, as in AdamW.")
  private double weightDecay = 0.01;

  @Option(
      names = "--clip",
      paramLabel = "X",
      defaultValue = "1",
      description = "Greatest global norm of the gradients.")
  private double clip = 1;

  @Option(
      names = "--token-budget",
      paramLabel = "N",
      defaultValue = "1536",
      description = "Tokens of a batch.")
  private int tokenBudget = 1_536;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "128",
      description = "Examples of a batch, at most.")
  private int batch = 128;

  @Option(
      names = "--evaluate-every",
      paramLabel = "STEPS",
      defaultValue = "25",
      description = "Between two scores of the held-out data.")
  private int evaluateEvery = 25;

  @Option(
      names = "--checkpoint-every",
      paramLabel = "STEPS",
      defaultValue = "25",
      description = "Between two checkpoints, from which a run that was killed goes on.")
  private int checkpointEvery = 25;

  @Option(
      names = "--patience",
      paramLabel = "N",
      defaultValue = "6",
      description = "So many scores in a row that are no better end the run.")
  private int patience = 6;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of fresh tensors and of the order of the data.")
  private long seed = 1;

  @Mixin private final StorageOptions storage = new StorageOptions();

  /**
   * @param heldOut at most so many examples score the run
   * @throws IllegalArgumentException for values that make no sense
   */
  StageSettings stage(int heldOut, ModuleOutput output) {
    return stage(heldOut, learningRate, steps, output.licence(), output.dataLicence());
  }

  /**
   * The same, for stages that have a learning rate and a number of steps of their own.
   *
   * @param ownSteps null: by epochs
   */
  StageSettings stage(
      int heldOut,
      double ownRate,
      @Nullable Long ownSteps,
      String licence,
      Optional<String> dataLicence) {
    OptimiserOptions usual = OptimiserOptions.DEFAULT;
    return new StageSettings(
        heldOut,
        new LoopSettings(
            epochs,
            ownSteps == null ? OptionalLong.empty() : OptionalLong.of(ownSteps),
            tokenBudget,
            batch,
            new LearningRateSchedule(ownRate, warmUp, decay),
            evaluateEvery,
            checkpointEvery,
            patience,
            seed),
        new OptimiserOptions(usual.beta1(), usual.beta2(), usual.epsilon(), weightDecay, clip),
        storage.storage(),
        licence,
        dataLicence);
  }
}
