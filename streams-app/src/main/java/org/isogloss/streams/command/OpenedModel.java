package org.isogloss.streams.command;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.BackboneCatalogue;
import org.isogloss.encoder.backbone.ModelHome;
import org.isogloss.encoder.encode.EncodeOutcome;
import org.isogloss.encoder.encode.EncoderDescription;
import org.isogloss.encoder.encode.ModularEncoder;
import org.isogloss.encoder.encode.ModuleSource;
import org.isogloss.encoder.encode.Prepared;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.engine.Device;
import org.isogloss.encoder.engine.EncoderOptions;
import org.isogloss.encoder.engine.Precision;
import org.isogloss.encoder.engine.TorchEncoder;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/** An encoder with the checkpoint it runs on; closing it closes both. */
final class OpenedModel implements ModularEncoder {
  private final TorchEncoder encoder;
  private final Backbone backbone;

  private OpenedModel(TorchEncoder encoder, Backbone backbone) {
    this.encoder = encoder;
    this.backbone = backbone;
  }

  /** The encoder itself. */
  TorchEncoder torch() {
    return encoder;
  }

  /** The checkpoint. */
  Backbone backbone() {
    return backbone;
  }

  /** Where the checkpoint's files lie. */
  Path directory() {
    return backbone.directory();
  }

  @Override
  public int dimension() {
    return encoder.dimension();
  }

  @Override
  public EncoderDescription description() {
    return encoder.description();
  }

  @Override
  public Prepared prepare(SentenceRequest request) {
    return encoder.prepare(request);
  }

  @Override
  public List<EncodeOutcome> encode(List<TokenizedSentence> microBatch) {
    return encoder.encode(microBatch);
  }

  @Override
  public List<ModuleSelection> serving() {
    return encoder.serving();
  }

  @Override
  public Exchange serve(List<ModuleSelection> selections, ModuleSource modules) {
    return encoder.serve(selections, modules);
  }

  @Override
  public void close() {
    encoder.close();
    backbone.close();
  }

  /** How a model is found and opened. */
  record Loader(ModelOptions options, Path home, Terminal terminal) {

    /**
     * Fetches the model if it is of the catalogue and not there yet, and loads it.
     *
     * @throws IsoglossException FETCH_FAILED, MODEL_FILE_MISSING, BAD_OPTION or another code of
     *     models
     */
    OpenedModel open() {
      Backbone backbone = Backbone.open(fetch());
      try {
        return new OpenedModel(TorchEncoder.open(backbone, how(backbone)), backbone);
      } catch (IsoglossException e) {
        backbone.close();
        throw e;
      }
    }

    /**
     * How the options want it run.
     *
     * @throws IsoglossException BAD_OPTION, NO_SUCH_DEVICE
     */
    EncoderOptions how(Backbone backbone) {
      try {
        return new EncoderOptions(
            layers(backbone),
            backbone.recipe().pooling(),
            new Device(options.device()),
            precision(),
            Math.min(options.maxTokens(), backbone.config().maxTokens()),
            options.threads(),
            options.moduleMemoryBytes());
      } catch (IllegalArgumentException e) {
        throw new IsoglossException(ErrorCode.BAD_OPTION, String.valueOf(e.getMessage()), e);
      }
    }

    private int layers(Backbone backbone) {
      return options
          .layers()
          .orElseGet(
              () ->
                  BackboneCatalogue.find(options.model())
                      .map(BackboneCatalogue::defaultLayers)
                      .orElse(backbone.config().layers()));
    }

    private Precision precision() {
      for (Precision each : Precision.values()) {
        if (each.label().equals(options.dtype().toLowerCase(Locale.ROOT))) {
          return each;
        }
      }
      throw new IsoglossException(ErrorCode.BAD_OPTION, "--dtype " + options.dtype());
    }

    /** Fetches the model if it is of the catalogue and not there yet. */
    Path fetch() {
      return new ModelHome(home).resolve(options.model(), step -> terminal.note("model: %s", step));
    }
  }
}
