package org.isogloss.trainer.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.isogloss.trainer.baseline.BaselinePlan;
import org.isogloss.trainer.baseline.BaselineTable;
import org.isogloss.trainer.baseline.ClosedFormBaselines;
import org.isogloss.trainer.baseline.LanguageBaseline;
import org.isogloss.trainer.fit.PooledSentences;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the closed forms on real data. */
@Command(
    name = "bench-fit",
    description = {
      "Measures the closed forms: error of finding the English translation, by margin, without",
      "modules and with each closed form; fitted on training data, measured on a bitext set (in",
      "domain) and on a multi-parallel set (out of domain). Writes tables in Markdown."
    })
final class BenchFitCommand extends TrainerCommand {
  @Option(
      names = "--suite",
      required = true,
      paramLabel = "DIR",
      description =
          "Evaluation data: bitext/SET/LANGUAGE-en.tsv and an aligned classification set.")
  private Path suite = Path.of("");

  @Option(
      names = "--train",
      required = true,
      paramLabel = "DIR",
      description = "Training data: mono/LANGUAGE.txt.gz, parallel/SOURCE/LANGUAGE-en.tsv.gz.")
  private Path train = Path.of("");

  @Option(
      names = "--languages",
      split = ",",
      paramLabel = "CODES",
      defaultValue = "ar,cs,de,es,fr,it,ko,nl,tr,az,kk,ug,uz,pl,am,mr,te",
      description = "In the order of the table.")
  private List<String> languages = List.of();

  @Option(
      names = "--align",
      split = ",",
      paramLabel = "CODES",
      description = "The languages that alignments are fitted for; all of them unless given.")
  private List<String> align = List.of();

  @Option(
      names = "--sources",
      split = ",",
      paramLabel = "NAMES",
      defaultValue = "tatoeba_opusmt,tico19,udhr,aosp,lo_l10n,lo_help",
      description = "Folders of translations; the first is preferred, the others fill up.")
  private List<String> sources = List.of();

  @Option(
      names = "--sentences",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Of plain text, of each language: for means and whitening.")
  private int sentences = 1_000;

  @Option(
      names = "--pairs",
      paramLabel = "N",
      defaultValue = "3000",
      description = "Of translations, of each language: for alignments.")
  private int pairs = 3_000;

  @Option(
      names = "--components",
      paramLabel = "N",
      defaultValue = "256",
      description = "Canonical directions that CCA keeps; with all of them it is ridge regression.")
  private int components = 256;

  @Option(
      names = "--items",
      paramLabel = "N",
      defaultValue = "400",
      description = "Of the multi-parallel set, the first by id.")
  private int items = 400;

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of all draws.")
  private long seed = 1;

  BenchFitCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void check() {
    if (sentences < 1 || pairs < 1 || items < 1 || components < 1) {
      throw wronglyCalled("--sentences, --pairs, --components and --items must be at least 1");
    }
  }

  @Override
  void run() throws IOException {
    BaselinePlan plan =
        new BaselinePlan(
            suite,
            train,
            languages,
            align.isEmpty() ? languages : align,
            sources,
            sentences,
            pairs,
            components,
            items,
            seed);
    try (OpenedModel opened = OpenedModel.open(model, terminal())) {
      PooledSentences encoder =
          new PooledSentences(opened.encoder(), model.threads(), terminal().progress());
      List<LanguageBaseline> results = new ClosedFormBaselines(plan, encoder).run(this::note);
      terminal().out().print(BaselineTable.markdown(results));
    }
  }

  private void note(LanguageBaseline done) {
    StringBuilder line = new StringBuilder(done.language());
    new TreeMap<>(done.inDomain())
        .forEach(
            (treatment, error) ->
                line.append(
                    String.format(
                        Locale.ROOT,
                        "  %s %.1f/%.1f",
                        treatment.name().toLowerCase(Locale.ROOT),
                        error,
                        done.outOfDomain().get(treatment))));
    terminal().note("%s", line);
  }
}
