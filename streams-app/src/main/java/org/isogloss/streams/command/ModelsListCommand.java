package org.isogloss.streams.command;

import java.util.Locale;
import org.isogloss.encoder.backbone.BackboneCatalogue;
import org.isogloss.encoder.backbone.HubModel;
import org.isogloss.encoder.backbone.ModelHome;
import picocli.CommandLine.Command;

/** Lists the catalogue. */
@Command(name = "list", description = "List the models that can be had by name.")
final class ModelsListCommand extends IsoglossCommand {
  private static final double MEGABYTE = 1e6;

  ModelsListCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    ModelHome models = new ModelHome(common.home());
    TextTable table =
        new TextTable(
            "name", "layers", "MB", "languages", "licence", "fetched", "from", "what it is");
    for (BackboneCatalogue model : BackboneCatalogue.all()) {
      table.row(
          model.label(),
          Integer.toString(model.defaultLayers()),
          String.format(Locale.ROOT, "%.1f", model.bytes() / MEGABYTE),
          Integer.toString(model.languages()),
          model.licence(),
          models.isPresent(model) ? "yes" : "no",
          model.hub().map(HubModel::toString).orElse("-"),
          model.description());
    }
    terminal().out().print(table.aligned());
    return DONE;
  }
}
