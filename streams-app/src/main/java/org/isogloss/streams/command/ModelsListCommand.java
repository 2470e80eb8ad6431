package org.isogloss.streams.command;

import java.util.Locale;
import org.isogloss.encoder.backbone.BackboneCatalogue;
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
    TextTable table = new TextTable("name", "layers", "MB", "licence", "fetched", "what it is");
    for (BackboneCatalogue model : BackboneCatalogue.all()) {
      table.row(
          model.label(),
          Integer.toString(model.defaultLayers()),
          String.format(Locale.ROOT, "%.1f", model.bytes() / MEGABYTE),
          model.licence(),
          models.isPresent(model) ? "yes" : "no",
          model.description());
    }
    terminal().out().print(table.aligned());
    return DONE;
  }
}
