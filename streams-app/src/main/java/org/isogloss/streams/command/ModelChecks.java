package org.isogloss.streams.command;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.BackboneCatalogue;
import org.isogloss.encoder.backbone.HubModel;
import org.isogloss.encoder.backbone.ModelHome;
import org.isogloss.encoder.encode.EncodeOutcome;
import org.isogloss.encoder.encode.Encoded;
import org.isogloss.encoder.encode.Prepared;
import org.isogloss.encoder.encode.Rejected;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.space.View;
import org.isogloss.error.IsoglossException;

/** Whether the model is there, is what it was, loads, and encodes. For one thread. */
final class ModelChecks {
  private static final String MODEL = "model";
  private static final long GIBIBYTE = 1L << 30;

  /** What is shown of a digest. */
  private static final int DIGITS = 12;

  /** The fetched archive in Maven's repository, its conversion, and one more while it is made. */
  private static final int COPIES_WHILE_FETCHING = 3;

  private static final SentenceRequest TRIAL =
      new SentenceRequest("This is a test.", "en", Set.of(View.CROSS_LINGUAL));

  private final ModelOptions options;
  private final OpenedModel.Loader loader;
  private final ModelHome models;
  private final Optional<BackboneCatalogue> known;

  ModelChecks(ModelOptions options, Path home, Terminal terminal) {
    this.options = options;
    this.loader = new OpenedModel.Loader(options, home, terminal);
    this.models = new ModelHome(home);
    this.known = BackboneCatalogue.find(options.model());
  }

  /** The weights, once mapped and once laid out for the processor, and the heap beside them. */
  long wantedMemoryBytes() {
    return GIBIBYTE + 2 * known.map(BackboneCatalogue::bytes).orElse(0L);
  }

  /** Room for data, and for the model if it is still to be fetched. */
  long wantedDiskBytes() {
    return GIBIBYTE
        + known
            .filter(model -> !models.isPresent(model))
            .map(model -> COPIES_WHILE_FETCHING * model.bytes())
            .orElse(0L);
  }

  /** Whether it would have to be fetched; what cannot be a model's name is none of the hub. */
  private boolean isMissing() {
    return known.map(model -> !models.isPresent(model)).orElseGet(this::isMissingFromHub);
  }

  private boolean isMissingFromHub() {
    try {
      return HubModel.parse(options.model()).filter(model -> !models.isPresent(model)).isPresent();
    } catch (IsoglossException e) {
      return false;
    }
  }

  /**
   * @param engineUsable whether loading can be tried
   */
  Finding finding(boolean engineUsable) {
    if (isMissing()) {
      String name = options.model();
      return new Finding.Doubtful(
          MODEL,
          name + " is not fetched yet",
          "isogloss models fetch " + name + "; else the first command that needs it fetches it.");
    }
    try {
      String digest = verifiedDigest();
      if (!engineUsable) {
        return new Finding.Doubtful(
            MODEL,
            "%s, digest %s, weights read whole; whether it loads is not known"
                .formatted(options.model(), digest),
            "Mend natives and device first.");
      }
      return trial(digest);
    } catch (IsoglossException e) {
      return Finding.Broken.of(MODEL, e);
    }
  }

  /** The digest by which vectors name the model; what the weights hold now must still give it. */
  private String verifiedDigest() {
    try (Backbone backbone = Backbone.open(loader.fetch())) {
      backbone.verify();
      return backbone.digest().hex().substring(0, DIGITS);
    }
  }

  private Finding trial(String digest) {
    long started = System.nanoTime();
    try (OpenedModel model = loader.open()) {
      return switch (encode(model)) {
        case Rejected rejected ->
            new Finding.Broken(
                MODEL,
                "%s loads, but cannot encode: %s: %s"
                    .formatted(options.model(), rejected.code().code(), rejected.message()),
                rejected.code().remedy());
        case Encoded encoded ->
            new Finding.Good(
                MODEL,
                String.format(
                    Locale.ROOT,
                    "%s, digest %s, weights read whole, %d layers, %d dimensions; encodes after"
                        + " %.1f s",
                    options.model(),
                    digest,
                    model.description().layers(),
                    encoded.vector(View.CROSS_LINGUAL).values().length,
                    (System.nanoTime() - started) / 1e9));
      };
    }
  }

  private static EncodeOutcome encode(OpenedModel model) {
    Prepared prepared = model.prepare(TRIAL);
    return switch (prepared) {
      case Rejected rejected -> rejected;
      case TokenizedSentence sentence -> model.encode(List.of(sentence)).getFirst();
    };
  }
}
