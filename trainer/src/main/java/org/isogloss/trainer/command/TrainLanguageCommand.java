package org.isogloss.trainer.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.tokenize.TokenizerSource;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.trainer.audit.AuditedFile;
import org.isogloss.trainer.audit.LanguageAudit;
import org.isogloss.trainer.audit.PlannedStep;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a language's modules by the whole recipe, or says what it would be. */
@Command(
    name = "language",
    description = {
      "Makes a language's modules from its data. First it says what there is: files with sizes,",
      "repetitions and licences, how the backbone's vocabulary fits, the steps that follow, why, and",
      "their hours. Then it takes them, and says what quality to expect. --out holds the modules",
      "language and alignment, what lies between, and report.json; the same command goes on from",
      "where it stopped."
    })
final class TrainLanguageCommand extends TrainerCommand {
  @Parameters(paramLabel = "CODE", description = "The language, such as am.")
  private String language = "";

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description =
          "Holds mono/LANGUAGE.txt.gz, paraphrase/LANGUAGE.tsv.gz, parallel/SOURCE/LANGUAGE-en.tsv.gz;"
              + " SOURCES.tsv in it or above states licences.")
  private Path data = Path.of("");

  @Option(names = "--audit-only", description = "Audit and plan, train nothing.")
  private boolean auditOnly;

  @Option(names = "--out", paramLabel = "DIR", description = "Where everything is made.")
  private @Nullable Path out;

  @Option(
      names = "--pivot-module",
      paramLabel = "DIR",
      description = {
        "English's module that the alignment is made for; the bare backbone if absent. Its sentence",
        "encoding, if it has one, is tried and kept where held-out translations are found better."
      })
  private @Nullable Path pivotModule;

  @Option(
      names = "--vocab",
      paramLabel = "N",
      defaultValue = "8000",
      description = "Pieces of a vocabulary of its own, if the language gets one.")
  private int pieces = 8_000;

  @Option(
      names = "--steps-each",
      paramLabel = "N",
      description = "So many steps of every training, to try it out; by epochs unless given.")
  private @Nullable Long stepsEach;

  @Mixin private final StorageOptions storage = new StorageOptions();

  @Option(
      names = "--licence",
      paramLabel = "TEXT",
      defaultValue = "unstated",
      description = "Of the modules, such as CC-BY-4.0.")
  private String licence = "unstated";

  @Option(
      names = "--data-licence",
      paramLabel = "TEXT",
      description = "Of the data; goes into the lineage.")
  private @Nullable String dataLicence;

  @Mixin private final GuardOptions guard = new GuardOptions();

  TrainLanguageCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void check() {
    Languages.check(language);
    require((out == null) == auditOnly, "give --out DIR, or --audit-only");
    require(stepsEach == null || stepsEach >= 1, "--steps-each must be at least 1");
  }

  @Override
  boolean heedsStop() {
    return true;
  }

  @Override
  void run() {
    TokenizerSource backbone = TokenizerSource.find(OpenedModel.fetch(model, terminal()));
    LanguageAudit audit =
        LanguageAudit.of(language, data, backbone, guard.reader(), englishLends());
    print("data of %s", language);
    for (AuditedFile file : audit.files()) {
      print(
          "  %s: %d rows, %d repetitions, median %d words, %.0f %% labels%s",
          file.name(),
          file.rows(),
          file.repetitions(),
          file.wordsPerSentence(),
          100 * file.stringsShare(),
          file.licences().isEmpty() ? "; no licence in SOURCES.tsv" : "");
      file.licences().forEach(licence -> print("    %s", licence));
    }
    print(
        "vocabulary of the backbone: %.2f %% of words unknown, %.2f pieces a word",
        100 * audit.coverage().unknownShare(), audit.coverage().piecesPerWord());
    print("steps");
    for (PlannedStep step : audit.steps()) {
      print(
          "  %s %s: %s%s",
          step.taken() ? "yes" : "no ",
          step.what(),
          step.why(),
          step.hours() > 0 ? String.format(Locale.ROOT, "; about %.1f hours", step.hours()) : "");
    }
    print("in all about %.1f hours on two CPU cores", audit.hours());
    if (out != null) {
      print("quality: %s", new LanguageRecipe(terminal(), audit, options(out)).run());
    }
  }

  /** Whether the language is another one than English, whose module has a sentence encoding. */
  private boolean englishLends() {
    if (pivotModule == null || language.equals(ModuleManifest.PIVOT)) {
      return false;
    }
    if (ModuleFiles.readManifest(pivotModule) instanceof ModuleManifest.Language english
        && english.language().equals(ModuleManifest.PIVOT)) {
      return english.sentenceEncoding().isPresent();
    }
    throw new IsoglossException(
        ErrorCode.BAD_MODULE, pivotModule + " is no module of language/" + ModuleManifest.PIVOT);
  }

  private LanguageRecipe.Options options(Path directory) {
    List<String> module = new ArrayList<>(List.of("--licence", licence));
    if (dataLicence != null) {
      module.addAll(List.of("--data-licence", dataLicence));
    }
    List<String> shared = new ArrayList<>(model.arguments());
    shared.addAll(guard.arguments());
    return new LanguageRecipe.Options(
        data,
        directory,
        Optional.ofNullable(pivotModule),
        pieces,
        Optional.ofNullable(stepsEach),
        storage.storage(),
        module,
        shared);
  }

  private void print(String format, Object... arguments) {
    terminal().out().printf(Locale.ROOT, format + "%n", arguments);
  }
}
