package org.isogloss.trainer.command;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.isogloss.encoder.tokenize.TokenizerSource;
import org.isogloss.trainer.data.MonolingualCorpus;
import org.isogloss.trainer.tokenizer.Coverage;
import org.isogloss.trainer.tokenizer.TrainedTokenizer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains a tokenizer of a language's own. */
@Command(
    name = "tokenizer",
    description = {
      "Trains a tokenizer in the backbone's family on plain text.",
      "Writes DIR/tokenizer.json for Hugging Face's tokenizers, and DIR/lineage.json. Prints how",
      "many words are unknown and how many pieces a word has, with the backbone's tokenizer and",
      "with the new one, on a sample of the same text."
    })
final class TrainTokenizerCommand extends TrainerCommand {
  private static final int FEWEST_PIECES = 16;
  private static final int COVERAGE_SENTENCES = 5_000;

  @Option(
      names = "--lang",
      required = true,
      paramLabel = "CODE",
      description = "The language, such as am.")
  private String language = "";

  @Option(
      names = {"--in", "--mono"},
      required = true,
      arity = "1..*",
      split = ",",
      paramLabel = "FILE",
      description = "Plain text, one sentence a line; .gz is understood.")
  private List<Path> files = List.of();

  @Option(
      names = "--vocab",
      paramLabel = "N",
      defaultValue = "8000",
      description = "How many pieces at most, special tokens included.")
  private int vocabulary = 8_000;

  @Option(
      names = "--fewest",
      paramLabel = "N",
      defaultValue = "2",
      description = "A letter or a pair becomes a piece if it occurs so often.")
  private int fewestOccurrences = 2;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "The tokenizer's folder, which must not exist.")
  private Path out = Path.of("");

  @Mixin private GuardOptions guard = new GuardOptions();

  TrainTokenizerCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void check() {
    Languages.check(language);
    if (vocabulary < FEWEST_PIECES) {
      throw wronglyCalled("--vocab must be at least " + FEWEST_PIECES);
    }
    if (fewestOccurrences < 1) {
      throw wronglyCalled("--fewest must be at least 1");
    }
  }

  @Override
  void run() {
    TokenizerSource backbone = TokenizerSource.find(OpenedModel.fetch(model, terminal()));
    MonolingualCorpus corpus = guard.reader().monolingual(files);
    long start = terminal().nanoClock().getAsLong();
    TrainedTokenizer trained =
        TrainedTokenizer.train(backbone, language, corpus, vocabulary, fewestOccurrences);
    double seconds = (terminal().nanoClock().getAsLong() - start) / 1e9;
    terminal()
        .note(
            "%d pieces from %d sentences in %.1f s",
            trained.vocabulary().size(), corpus.sentences().size(), seconds);
    TokenizerSource written = trained.write(out);
    terminal().out().printf("tokenizer/%s %s %s%n", language, trained.digest(), out);
    List<String> sample = sample(corpus.sentences());
    print("backbone", Coverage.of(backbone, sample));
    print("own", Coverage.of(written, sample));
  }

  private void print(String name, Coverage coverage) {
    terminal()
        .out()
        .printf(
            Locale.ROOT,
            "%s unknown_words %.4f pieces_per_word %.3f%n",
            name,
            coverage.unknownShare(),
            coverage.piecesPerWord());
  }

  /** Evenly from beginning to end: files are often sorted by source. */
  private static List<String> sample(List<String> sentences) {
    int size = Math.min(COVERAGE_SENTENCES, sentences.size());
    return IntStream.range(0, size)
        .mapToObj(i -> sentences.get((int) ((long) i * sentences.size() / size)))
        .toList();
  }
}
