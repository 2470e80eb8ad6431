package org.isogloss.trainer.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.registry.ModuleLedger;

/**
 * The options of a stage that name the module to begin from, to align to, or to take a sentence
 * encoding of. In a job each may hold a folder, the name of a published module, or {@code active}:
 * what serves when the job is first taken up. {@code --language-module} then means the module of
 * the job's language, the two others English's.
 */
final class ModuleArguments {
  private static final String ACTIVE = "active";
  private static final String LANGUAGE_MODULE = "--language-module";
  private static final String PIVOT_MODULE = "--pivot-module";
  private static final Set<String> OPTIONS =
      Set.of(LANGUAGE_MODULE, PIVOT_MODULE, SentenceEncodingOption.NAME);

  private ModuleArguments() {}

  /** With names in place of {@code active}; where nothing serves, the option and its rank go. */
  static List<String> settled(List<String> arguments, String language, ModuleLedger ledger) {
    List<String> settled = active(arguments, language, ledger);
    return settled.contains(SentenceEncodingOption.NAME)
        ? settled
        : replaced(
            settled, Set.of(SentenceEncodingOption.RANK), (option, value) -> Optional.empty());
  }

  private static List<String> active(List<String> arguments, String language, ModuleLedger ledger) {
    return replaced(
        arguments,
        (option, value) -> {
          if (!value.equals(ACTIVE)) {
            return Optional.of(value);
          }
          String of = option.equals(LANGUAGE_MODULE) ? language : ModuleManifest.PIVOT;
          return ledger.effective(of).languageModule().map(ModuleReference::name);
        });
  }

  /** With folders in place of names. */
  static List<String> inFolders(
      List<String> arguments,
      ModuleLedger ledger,
      BiFunction<String, ModuleReference, Path> folder) {
    return replaced(
        arguments,
        (option, value) -> {
          if (!value.startsWith("language/") || !value.contains("@")) {
            return Optional.of(value);
          }
          ModuleReference module =
              ledger
                  .version(value)
                  .orElseThrow(
                      () ->
                          new IsoglossException(
                              ErrorCode.MODULE_MISSING,
                              "there is no %s; see `isogloss modules list`".formatted(value)))
                  .reference();
          return Optional.of(folder.apply(value, module).toString());
        });
  }

  /** The folders that stand in the arguments. */
  static List<Path> folders(List<String> arguments) {
    List<Path> folders = new ArrayList<>();
    var unused =
        replaced(
            arguments,
            (option, value) -> {
              folders.add(Path.of(value));
              return Optional.of(value);
            });
    return folders;
  }

  private static List<String> replaced(
      List<String> arguments, BiFunction<String, String, Optional<String>> value) {
    return replaced(arguments, OPTIONS, value);
  }

  private static List<String> replaced(
      List<String> arguments,
      Set<String> options,
      BiFunction<String, String, Optional<String>> value) {
    List<String> result = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      int equals = argument.indexOf('=');
      String option = equals < 0 ? argument : argument.substring(0, equals);
      if (!options.contains(option) || (equals < 0 && i + 1 == arguments.size())) {
        result.add(argument);
        continue;
      }
      String given = equals < 0 ? arguments.get(++i) : argument.substring(equals + 1);
      value.apply(option, given).ifPresent(now -> result.addAll(List.of(option, now)));
    }
    return List.copyOf(result);
  }
}
