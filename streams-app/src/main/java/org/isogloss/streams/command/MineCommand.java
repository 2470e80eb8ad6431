package org.isogloss.streams.command;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.isogloss.encoder.engine.Similarities;
import org.isogloss.mining.BitextMiner;
import org.isogloss.mining.MinedPair;
import org.isogloss.mining.MiningOptions;
import org.isogloss.mining.SimilarityBlocks;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Finds translations between two files, or between two arrays of vectors. */
@Command(
    name = "mine",
    description = {
      "Find translations between two files of sentences. Output, best first, tab-separated:",
      "score, source, target, source line, target line (lines count from 1).",
      "With --source-vectors and --target-vectors: score, row, row (rows count from 0)."
    })
final class MineCommand extends IsoglossCommand {
  @Mixin ModelOptions model = new ModelOptions();
  @Mixin MiningFlags mining = new MiningFlags();
  @Mixin OutputOption output = new OutputOption();
  @Mixin SimilarityOption similarity = new SimilarityOption();
  @Mixin ModuleOptions moduleOptions = new ModuleOptions();

  @Option(
      names = "--modules",
      paramLabel = "none|shipped|DIRS",
      split = ",",
      defaultValue = PinnedModules.SHIPPED,
      description = "The modules shipped with the program, none, or directories of modules.")
  private List<String> modules = List.of(PinnedModules.SHIPPED);

  @Option(names = "--source", paramLabel = "F", description = "Sentences, one a line.")
  private @Nullable String source;

  @Option(
      names = "--source-lang",
      paramLabel = "xx|auto",
      defaultValue = LanguageOption.AUTO,
      description = "Their language; auto: identified line by line.")
  private String sourceLanguage = LanguageOption.AUTO;

  @Option(names = "--target", paramLabel = "F", description = "Sentences, one a line.")
  private @Nullable String target;

  @Option(
      names = "--target-lang",
      paramLabel = "xx|auto",
      defaultValue = LanguageOption.AUTO,
      description = "Their language; auto: identified line by line.")
  private String targetLanguage = LanguageOption.AUTO;

  @Option(
      names = "--source-vectors",
      paramLabel = "X.npy",
      description = "Vectors instead of sentences; a row that is all NaN is left out.")
  private @Nullable Path sourceVectors;

  @Option(names = "--target-vectors", paramLabel = "Y.npy", description = "Likewise.")
  private @Nullable Path targetVectors;

  MineCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() throws Exception {
    MiningOptions options = miningOptions();
    if (sourceVectors != null && targetVectors != null && source == null && target == null) {
      try (MiningSide x = MiningSide.ofVectors(sourceVectors);
          MiningSide y = MiningSide.ofVectors(targetVectors)) {
        write(mine(x, y, options), pair -> rows(pair, x, y));
      }
      return DONE;
    }
    if (source != null && target != null && sourceVectors == null && targetVectors == null) {
      mineSentences(source, target, options);
      return DONE;
    }
    throw wronglyCalled("give --source and --target, or --source-vectors and --target-vectors");
  }

  private MiningOptions miningOptions() {
    try {
      return mining.options();
    } catch (IllegalArgumentException e) {
      throw wronglyCalled(String.valueOf(e.getMessage()));
    }
  }

  private void mineSentences(String from, String to, MiningOptions options) {
    Optional<String> fromLanguage = LanguageOption.parse("--source-lang", sourceLanguage);
    Optional<String> toLanguage = LanguageOption.parse("--target-lang", targetLanguage);
    List<InputLine> fromLines = InputLines.readAll(from, terminal());
    List<InputLine> toLines = InputLines.readAll(to, terminal());
    PinnedModules pinned =
        PinnedModules.resolve(
            modules,
            () -> ShippedModules.ofLauncher().of(model),
            Optional.empty(),
            moduleOptions.source(common.home()));
    try (OpenedModel opened = serving(pinned);
        LineEncoder encoder = new DirectLineEncoder(opened, model.tokenBudget());
        MiningSide x = MiningSide.encode(encoder, fromLines, from, fromLanguage, terminal());
        MiningSide y = MiningSide.encode(encoder, toLines, to, toLanguage, terminal())) {
      write(mine(x, y, options), pair -> sentences(pair, x, y, fromLines, toLines));
    }
  }

  private OpenedModel serving(PinnedModules pinned) {
    OpenedModel opened = new OpenedModel.Loader(model, common.home(), terminal()).open();
    try {
      opened.serveOrThrow(pinned.selections(), pinned);
      return opened;
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private List<MinedPair> mine(MiningSide x, MiningSide y, MiningOptions options) {
    x.requireComparable(y);
    try (Similarities similarities = new Similarities(similarity.kind())) {
      SimilarityBlocks products =
          similarities.forSearch(x.vectors().rows(), y.vectors().rows(), x.vectors().dimension());
      return new BitextMiner(products, model.threads()).mine(x.vectors(), y.vectors(), options);
    }
  }

  private static String rows(MinedPair pair, MiningSide x, MiningSide y) {
    return score(pair) + "\t" + x.row(pair.sourceRow()) + "\t" + y.row(pair.targetRow());
  }

  private static String sentences(
      MinedPair pair,
      MiningSide x,
      MiningSide y,
      List<InputLine> fromLines,
      List<InputLine> toLines) {
    InputLine from = fromLines.get(x.row(pair.sourceRow()));
    InputLine to = toLines.get(y.row(pair.targetRow()));
    return String.join(
        "\t",
        score(pair),
        from.text().replace('\t', ' '),
        to.text().replace('\t', ' '),
        Integer.toString(from.number()),
        Integer.toString(to.number()));
  }

  private static String score(MinedPair pair) {
    return String.format(Locale.ROOT, "%.6f", pair.score());
  }

  /** How a pair looks. */
  @FunctionalInterface
  private interface Line {
    String of(MinedPair pair);
  }

  private void write(List<MinedPair> pairs, Line line) {
    try (TextOutput written = TextOutput.open(output.value(), terminal())) {
      PrintStream stream = written.stream();
      for (MinedPair pair : pairs) {
        stream.println(line.of(pair));
      }
    }
    terminal().note("%d pairs", pairs.size());
  }
}
