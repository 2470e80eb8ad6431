package org.isogloss.encoder.engine;

import ai.djl.ndarray.types.DataType;
import java.util.Optional;
import java.util.function.Predicate;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.module.ModuleDraft;

/**
 * A backbone that modules are trained on, frozen; or one that is trained itself. What is trained is
 * what is served: the same program runs, laid out in the same way.
 *
 * <p>For one thread, since a process takes gradients of one batch at a time.
 */
public final class TrainingEncoder implements AutoCloseable {
  /** What the numbers are. */
  public enum Arithmetic {
    /** float32: to train. */
    SINGLE(DataType.FLOAT32),
    /** float64: to check gradients, several times slower. */
    DOUBLE(DataType.FLOAT64);

    private final DataType type;

    Arithmetic(DataType type) {
      this.type = type;
    }
  }

  private final GradientProgram program;

  private TrainingEncoder(GradientProgram program) {
    this.program = program;
  }

  /**
   * Copies a backbone's weights, which may be closed then.
   *
   * @throws org.isogloss.error.IsoglossException ENGINE_UNAVAILABLE
   */
  public static TrainingEncoder open(
      Backbone backbone, EncoderOptions options, Arithmetic arithmetic) {
    return new TrainingEncoder(GradientProgram.open(backbone, options, arithmetic.type));
  }

  /**
   * Copies a backbone's weights so that they can learn themselves, by {@link #whole}.
   *
   * @throws org.isogloss.error.IsoglossException ENGINE_UNAVAILABLE
   */
  public static TrainingEncoder openWhole(
      Backbone backbone, EncoderOptions options, Arithmetic arithmetic) {
    return new TrainingEncoder(GradientProgram.open(backbone, options, arithmetic.type, true));
  }

  /**
   * Makes the backbone itself trainable: all weights of the layers that run, by the checkpoint's
   * names, and no module.
   *
   * @param predicting whether it will predict masked pieces, for which a head learns along
   * @return close it before this
   * @throws IllegalArgumentException if this was opened frozen
   */
  public TrainableLanguage whole(boolean predicting, OptimiserOptions optimiser) {
    if (program.learnable().isEmpty()) {
      throw new IllegalArgumentException("the backbone is frozen");
    }
    return new TrainableLanguage(
        program, Optional.empty(), Optional.empty(), name -> true, predicting, optimiser);
  }

  /**
   * Makes modules trainable. Their tensors are copied; files may be closed then.
   *
   * @param language empty: the bare backbone
   * @param alignment empty: there is none
   * @param learns which tensors learn, by name; no name is in both kinds of module
   * @return close it before this
   * @throws IllegalArgumentException if none learns
   */
  public TrainableLanguage language(
      Optional<ModuleDraft> language,
      Optional<ModuleDraft> alignment,
      Predicate<String> learns,
      OptimiserOptions optimiser) {
    return new TrainableLanguage(program, language, alignment, learns, false, optimiser);
  }

  /**
   * Makes a language module trainable by predicting masked pieces. A head that exists for this
   * alone learns along.
   *
   * @param learns which tensors learn, by name
   * @return close it before this
   */
  public TrainableLanguage predicting(
      ModuleDraft language, Predicate<String> learns, OptimiserOptions optimiser) {
    return new TrainableLanguage(
        program, Optional.of(language), Optional.empty(), learns, true, optimiser);
  }

  /**
   * Constant vectors for losses.
   *
   * @param vectors {@code [vectors][dimension]}, given away
   */
  public VectorBank bank(float[][] vectors) {
    return new VectorBank(program.manager(), program.type(), vectors);
  }

  @Override
  public void close() {
    program.close();
  }
}
