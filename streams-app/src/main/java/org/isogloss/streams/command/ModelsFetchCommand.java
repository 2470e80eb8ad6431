package org.isogloss.streams.command;

import java.nio.file.Path;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.BackboneCatalogue;
import org.isogloss.encoder.backbone.ModelHome;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Fetches a model. */
@Command(name = "fetch", description = "Fetch a model unless it is there, and check that it opens.")
final class ModelsFetchCommand extends IsoglossCommand {
  @Parameters(
      paramLabel = "NAME",
      defaultValue = "mbert",
      description = "A name of `models list`; ${DEFAULT-VALUE} unless given.")
  private String name = "mbert";

  ModelsFetchCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    BackboneCatalogue model =
        BackboneCatalogue.find(name)
            .orElseThrow(
                () ->
                    new IsoglossException(
                        ErrorCode.BAD_OPTION, "no model of the catalogue is named " + name));
    Path directory =
        new ModelHome(common.home()).fetch(model, step -> terminal().note("model: %s", step));
    try (Backbone backbone = Backbone.open(directory)) {
      terminal().out().println("%s\t%s\t%s".formatted(name, backbone.digest().hex(), directory));
    }
    return DONE;
  }
}
