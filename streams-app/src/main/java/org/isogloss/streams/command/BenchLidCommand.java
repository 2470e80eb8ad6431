package org.isogloss.streams.command;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.language.LanguageClassifier;
import org.isogloss.metrics.suite.BitextSet;
import org.isogloss.metrics.suite.ClassificationSet;
import org.isogloss.metrics.suite.Split;
import org.isogloss.metrics.suite.Suite;
import org.isogloss.metrics.suite.SuiteReader;
import org.isogloss.streams.command.IdentifiedSentences.Labelled;
import org.isogloss.streams.command.InterleavedRounds.Measurement;
import org.isogloss.streams.identify.Identification;
import org.isogloss.streams.identify.Identification.Identified;
import org.isogloss.streams.identify.Identification.Unidentified;
import org.isogloss.streams.identify.LanguageIdentifier;
import org.isogloss.streams.identify.ScriptAndModelIdentifier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Language identification: how often right, what for what, how fast. */
@Command(
    name = "lid",
    description = {
      "How well and how fast languages are identified, on the test split of each set of topics and",
      "on the sentences of each set of translations of a suite, each sentence once. Counted is what",
      "the router and `--lang auto` do, where an undetermined sentence is no right one, and the",
      "classifier alone, which always chooses. Speed: one thread, sentences per second of its own",
      "processor time, and of the clock."
    })
final class BenchLidCommand extends IsoglossCommand {
  private static final String WHOLE = "identifier";
  private static final String ALONE = "classifier alone";
  private static final double BAR_PERCENT = 97;
  private static final double BAR_SENTENCES_PER_SECOND = 20_000;
  private static final String COMMAND = "bench lid";

  /** A round takes so many at least, some of them more than once: the compiler has to wake up. */
  private static final long FEWEST_TIMED = 50_000;

  @Option(
      names = "--suite",
      required = true,
      paramLabel = "DIR",
      description = "A suite's folder; its classification and bitext folders are read.")
  Path suite = Path.of("");

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Rounds that count; one more warms up.")
  int rounds = 5;

  private final BarSheet bars;

  BenchLidCommand(Terminal terminal, BarSheet bars) {
    super(terminal);
    this.bars = bars;
  }

  @Override
  int run() throws Exception {
    if (rounds < 1) {
      throw wronglyCalled("--rounds takes at least 1");
    }
    if (!Files.isDirectory(suite)) {
      throw new IsoglossException(ErrorCode.BAD_SUITE, suite + " is not a folder");
    }
    Suite read = SuiteReader.read(suite, String.valueOf(suite.getFileName()));
    SequencedMap<String, List<Labelled>> sets = sentences(read);
    if (sets.isEmpty()) {
      throw new IsoglossException(
          ErrorCode.BAD_SUITE, suite + " has neither topics with a test split nor translations");
    }
    LanguageIdentifier whole =
        ScriptAndModelIdentifier.load(ScriptAndModelIdentifier.DEFAULT_LANGUAGES);
    LanguageIdentifier alone = alone(LanguageClassifier.shipped());
    for (Map.Entry<String, List<Labelled>> set : sets.entrySet()) {
      // The bars are of sets of topics, which have each sentence in every language.
      boolean withBars =
          read.sets().stream()
              .anyMatch(
                  each -> each instanceof ClassificationSet && each.name().equals(set.getKey()));
      report(set.getKey(), set.getValue(), whole, alone, withBars);
    }
    return DONE;
  }

  /** The bars, of a measurement or of none. */
  static void bars(BarSheet bars, String set, double macroAccuracy, double sentencesPerSecond) {
    bars.atLeast(
        BAR_PERCENT, COMMAND, "languages identified, " + set + ", macro, %", macroAccuracy);
    bars.atLeast(
        BAR_SENTENCES_PER_SECOND, COMMAND, set + ", sentences/s a core", sentencesPerSecond);
  }

  /** Of each set, each sentence of a language once, in the form in which the router sees it. */
  private static SequencedMap<String, List<Labelled>> sentences(Suite suite) {
    SequencedMap<String, SequencedSet<Labelled>> sets = new LinkedHashMap<>();
    for (var set : suite.sets()) {
      switch (set) {
        case ClassificationSet topics ->
            topics
                .languages()
                .forEach(
                    language ->
                        topics
                            .items(language, Split.TEST)
                            .forEach(item -> add(sets, set.name(), language, item.text())));
        case BitextSet pairs ->
            pairs
                .items()
                .forEach(
                    item -> {
                      add(sets, set.name(), pairs.left(), item.left());
                      add(sets, set.name(), pairs.right(), item.right());
                    });
        default -> {}
      }
    }
    SequencedMap<String, List<Labelled>> lists = new LinkedHashMap<>();
    sets.forEach((name, all) -> lists.put(name, List.copyOf(all)));
    return lists;
  }

  private static void add(
      Map<String, SequencedSet<Labelled>> sets, String set, String language, String text) {
    sets.computeIfAbsent(set, unseen -> new LinkedHashSet<>())
        .add(new Labelled(language, Normalizer.normalize(text, Normalizer.Form.NFC)));
  }

  private static LanguageIdentifier alone(LanguageClassifier classifier) {
    return text ->
        classifier
            .guess(text)
            .<Identification>map(guess -> new Identified(guess.language(), guess.probability()))
            .orElseGet(() -> new Unidentified("no script it knows"));
  }

  private void report(
      String name,
      List<Labelled> sentences,
      LanguageIdentifier whole,
      LanguageIdentifier alone,
      boolean withBars)
      throws Exception {
    IdentifiedSentences found = IdentifiedSentences.of(sentences, whole);
    IdentifiedSentences guessed = IdentifiedSentences.of(sentences, alone);
    List<Double> ofClock = new ArrayList<>();
    SequencedMap<String, Measurement> ways = new LinkedHashMap<>();
    ways.put(WHOLE, () -> rate(sentences, whole, ofClock));
    ways.put(ALONE, () -> rate(sentences, alone, new ArrayList<>()));
    SequencedMap<String, Double> medians =
        InterleavedRounds.medians(
            ways, rounds, (way, round) -> terminal().note("%s, round %d: %s", name, round, way));
    if (withBars) {
      bars(bars, name, 100 * found.macroAccuracy(), medians.getOrDefault(WHOLE, Double.NaN));
    }
    double clock =
        InterleavedRounds.median(
            ofClock.stream().skip(1).mapToDouble(Double::doubleValue).toArray());
    TextTable summary =
        new TextTable("", "macro accuracy, %", "right, %", "undetermined, %", "sentences/s a core");
    summary.row(row(WHOLE, found, medians));
    summary.row(row(ALONE, guessed, medians));
    terminal()
        .out()
        .printf(
            "%s: %d sentences of %d languages, one thread, medians of %d rounds; %.0f sentences/s"
                + " of the clock%n%n%s%n%s%n",
            name,
            sentences.size(),
            found.languages().size(),
            rounds,
            clock,
            summary.markdown(),
            found.confusions().markdown());
  }

  private static String[] row(
      String way, IdentifiedSentences found, SequencedMap<String, Double> medians) {
    return new String[] {
      way,
      number(100 * found.macroAccuracy()),
      number(100 * found.accuracy()),
      number(100 * found.undetermined()),
      String.format(Locale.ROOT, "%.0f", medians.getOrDefault(way, Double.NaN))
    };
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  /** Sentences per second of processor time; the rate by the clock is added to the list. */
  private static double rate(
      List<Labelled> sentences, LanguageIdentifier identifier, List<Double> ofClock) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long clock = System.nanoTime();
    long processor = threads.getCurrentThreadCpuTime();
    int found = 0;
    long done = 0;
    while (done < FEWEST_TIMED) {
      for (Labelled each : sentences) {
        found += identifier.identify(each.text()) instanceof Identified ? 1 : 0;
      }
      done += sentences.size();
    }
    double spent = threads.getCurrentThreadCpuTime() - processor;
    if (found == 0) {
      throw new IsoglossException(ErrorCode.DEGENERATE_SET, "not one sentence was identified");
    }
    ofClock.add(done / ((System.nanoTime() - clock) / 1e9));
    return done / (spent / 1e9);
  }
}
