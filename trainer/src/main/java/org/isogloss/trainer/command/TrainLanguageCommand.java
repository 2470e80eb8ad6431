package org.isogloss.trainer.command;

import java.nio.file.Path;
import java.util.Locale;
import org.isogloss.encoder.tokenize.TokenizerSource;
import org.isogloss.trainer.audit.AuditedFile;
import org.isogloss.trainer.audit.LanguageAudit;
import org.isogloss.trainer.audit.PlannedStep;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Audits the data of a language. */
@Command(
    name = "language",
    description = {
      "Says what can be made of the data of a language: files with sizes, repetitions and",
      "licences, how the backbone's vocabulary fits, the steps of training that follow, why, and",
      "their hours. The steps are run one by one with the other commands."
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

  @Option(
      names = "--audit-only",
      required = true,
      description = "Audit and plan, train nothing; running the whole recipe is not there yet.")
  private boolean auditOnly;

  @Mixin private final GuardOptions guard = new GuardOptions();

  TrainLanguageCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void check() {
    Languages.check(language);
    if (!auditOnly) {
      throw wronglyCalled("running the whole recipe is not there yet: give --audit-only");
    }
  }

  @Override
  void run() {
    TokenizerSource backbone = TokenizerSource.find(OpenedModel.fetch(model, terminal()));
    LanguageAudit audit = LanguageAudit.of(language, data, backbone, guard.reader());
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
  }

  private void print(String format, Object... arguments) {
    terminal().out().printf(Locale.ROOT, format + "%n", arguments);
  }
}
