package org.isogloss.streams.command;

import java.nio.file.Path;
import java.util.Optional;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.BackboneCatalogue;
import org.isogloss.encoder.backbone.FetchListener;
import org.isogloss.encoder.backbone.HubModel;
import org.isogloss.encoder.backbone.ModelHome;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Fetches a model. */
@Command(
    name = "fetch",
    description = {
      "Fetch a model unless it is there, and check that it opens.",
      "Models of the hub come from the address in ISOGLOSS_HF_ENDPOINT (or HF_ENDPOINT), with the",
      "token in ISOGLOSS_HF_TOKEN (or HF_TOKEN) where one is wanted. A download that broke off is",
      "gone on from; sizes and digests are checked."
    })
final class ModelsFetchCommand extends IsoglossCommand {
  @Parameters(
      paramLabel = "NAME",
      defaultValue = "mbert",
      description = {
        "A name of `models list`, or hf:ORGANISATION/NAME@REVISION (main unless given);",
        "${DEFAULT-VALUE} unless given."
      })
  private String name = "mbert";

  @Option(
      names = "--text-prefix",
      paramLabel = "TEXT",
      description = {
        "What a model of the hub wants before every text, where its own files do not say, such as",
        "\"query: \"; written beside it."
      })
  private @Nullable String textPrefix;

  ModelsFetchCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    try (Backbone backbone = Backbone.open(fetch(new ModelHome(common.home())))) {
      terminal()
          .out()
          .println("%s\t%s\t%s".formatted(name, backbone.digest().hex(), backbone.directory()));
    }
    return DONE;
  }

  private Path fetch(ModelHome models) {
    FetchListener listener = step -> terminal().note("model: %s", step);
    Optional<HubModel> ofHub = HubModel.parse(name);
    if (ofHub.isPresent()) {
      return models.fetch(ofHub.get(), Optional.ofNullable(textPrefix), listener);
    }
    if (textPrefix != null) {
      throw wronglyCalled("--text-prefix is for models of the hub: hf:ORGANISATION/NAME@REVISION");
    }
    return models.fetch(
        BackboneCatalogue.find(name)
            .orElseThrow(
                () ->
                    new IsoglossException(
                        ErrorCode.BAD_OPTION, "no model of the catalogue is named " + name)),
        listener);
  }
}
