package org.isogloss.trainer.command;

import java.nio.file.Path;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.BackboneCatalogue;
import org.isogloss.encoder.backbone.ModelHome;
import org.isogloss.encoder.engine.Device;
import org.isogloss.encoder.engine.EncoderOptions;
import org.isogloss.encoder.engine.Precision;
import org.isogloss.encoder.engine.TorchEncoder;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.trainer.stage.TrainingSite;

/** A backbone and the encoder that runs it, one thread to a native call; closing closes both. */
record OpenedModel(Backbone backbone, TorchEncoder encoder) implements AutoCloseable {
  /**
   * Fetches the model if it is of the catalogue and not there yet, and loads it.
   *
   * @throws IsoglossException FETCH_FAILED, MODEL_FILE_MISSING, BAD_OPTION or another code of
   *     models
   */
  static OpenedModel open(ModelOptions options, Terminal terminal) {
    Backbone backbone = Backbone.open(fetch(options, terminal));
    try {
      int layers =
          options
              .layers()
              .orElseGet(
                  () ->
                      BackboneCatalogue.find(options.model())
                          .map(BackboneCatalogue::defaultLayers)
                          .orElse(backbone.config().layers()));
      EncoderOptions how =
          new EncoderOptions(
              layers,
              backbone.recipe().pooling(),
              Device.CPU,
              Precision.FP32,
              Math.min(options.maxTokens(), backbone.config().maxTokens()),
              1);
      return new OpenedModel(backbone, TorchEncoder.open(backbone, how));
    } catch (IsoglossException e) {
      backbone.close();
      throw e;
    } catch (IllegalArgumentException e) {
      backbone.close();
      throw new IsoglossException(ErrorCode.BAD_OPTION, String.valueOf(e.getMessage()), e);
    }
  }

  /** The model's folder; it is fetched if it is of the catalogue and not there yet. */
  static Path fetch(ModelOptions options, Terminal terminal) {
    return new ModelHome(options.home())
        .resolve(options.model(), step -> terminal.note("model: %s", step));
  }

  /** Where the same model trains, with so many threads to a native call. */
  TrainingSite site(int threads, Terminal terminal) {
    return new TrainingSite(
        backbone, encoder, trainingOptions(threads), terminal.nanoClock(), terminal.training());
  }

  private EncoderOptions trainingOptions(int threads) {
    return new EncoderOptions(
        encoder.description().layers(),
        encoder.description().pooling(),
        Device.CPU,
        Precision.FP32,
        encoder.description().maxTokens(),
        threads);
  }

  @Override
  public void close() {
    encoder.close();
    backbone.close();
  }
}
