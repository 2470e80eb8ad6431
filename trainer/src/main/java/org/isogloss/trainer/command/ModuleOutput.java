package org.isogloss.trainer.command;

import java.nio.file.Path;
import java.util.Optional;
import org.isogloss.error.IsoglossException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which module a command makes, where to, and under which licence. */
final class ModuleOutput {
  @Option(
      names = "--lang",
      required = true,
      paramLabel = "CODE",
      description = "The language, such as de.")
  private String language = "";

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "The module's folder, which must not exist.")
  private Path directory = Path.of("");

  @Option(
      names = "--licence",
      paramLabel = "TEXT",
      defaultValue = "unstated",
      description = "Of the module, such as CC-BY-4.0.")
  private String licence = "unstated";

  @Option(
      names = "--data-licence",
      paramLabel = "TEXT",
      description = "Of the data; goes into the lineage.")
  private @Nullable String dataLicence;

  /**
   * @throws IsoglossException BAD_LANGUAGE
   */
  void check() {
    Languages.check(language);
  }

  String language() {
    return language;
  }

  Path directory() {
    return directory;
  }

  String licence() {
    return licence;
  }

  Optional<String> dataLicence() {
    return Optional.ofNullable(dataLicence);
  }
}
