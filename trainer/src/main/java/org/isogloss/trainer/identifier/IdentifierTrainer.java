package org.isogloss.trainer.identifier;

import java.lang.Character.UnicodeScript;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.language.FamiliarNgrams;
import org.isogloss.language.LanguageClassifier;
import org.isogloss.language.LanguageGuess;
import org.isogloss.language.Ngrams;
import org.isogloss.language.ScriptCounts;
import org.isogloss.language.ScriptWeights;
import org.isogloss.trainer.identifier.TrainedIdentifier.HeldOut;

/** Trains a classifier, as the package says. For one thread. */
public final class IdentifierTrainer {
  /** Fewer sentences of a language are refused. */
  public static final int FEWEST_SENTENCES = 50;

  private static final int HELD_OUT_IN = 50;
  private static final int MOST_HELD_OUT = 1_000;
  // Foreign lines stand in every corpus; what is rarer than this is no way to write the language.
  private static final double LEAST_SHARE_OF_SCRIPT = 0.05;
  private static final int MANY_LANGUAGES = 4;
  private static final double CUT = 0.7;
  private static final int MOST_WORDS = 10;
  private static final int SHOWN_BETWEEN_NOTES = 100_000;

  private final IdentifierSettings settings;
  private final BiConsumer<Long, Long> progress;

  /**
   * @param progress told now and then how many sentences of how many were shown
   */
  public IdentifierTrainer(IdentifierSettings settings, BiConsumer<Long, Long> progress) {
    this.settings = settings;
    this.progress = progress;
  }

  /** A language's sentences, parted. */
  private record Parts(
      List<String> trained, List<String> heldOut, Map<UnicodeScript, List<String>> byScript) {}

  /**
   * Trains.
   *
   * @param texts different sentences by language, in NFC
   * @throws IsoglossException TOO_LITTLE_DATA naming the language
   */
  public TrainedIdentifier train(SortedMap<String, List<String>> texts) {
    Random random = new Random(settings.seed());
    SortedMap<String, Parts> languages = new TreeMap<>();
    texts.forEach(
        (language, sentences) -> languages.put(language, part(language, sentences, random)));
    if (languages.isEmpty()) {
      throw new IsoglossException(ErrorCode.TOO_LITTLE_DATA, "there is no text of any language");
    }
    Map<UnicodeScript, List<String>> writers = writers(languages);
    SortedMap<String, FamiliarNgrams> familiar = new TreeMap<>();
    languages.forEach(
        (language, parts) ->
            familiar.put(
                language,
                FamiliarCounts.of(
                    parts.trained(),
                    parts.heldOut(),
                    writers.values().stream()
                        .noneMatch(some -> some.size() > 1 && some.contains(language)),
                    settings.familiarBits())));
    List<ScriptWeights> weights = learn(languages, writers, random);
    double sharpness = sharpness(weights, languages, random);
    LanguageClassifier classifier = new LanguageClassifier(weights, familiar, sharpness);
    SortedMap<String, HeldOut> report = new TreeMap<>();
    languages.forEach(
        (language, parts) -> report.put(language, examine(classifier, language, parts, random)));
    return new TrainedIdentifier(classifier, report);
  }

  private static Parts part(String language, List<String> sentences, Random random) {
    List<String> shuffled = new ArrayList<>(new LinkedHashSet<>(sentences));
    Collections.shuffle(shuffled, random);
    if (shuffled.size() < FEWEST_SENTENCES) {
      throw new IsoglossException(
          ErrorCode.TOO_LITTLE_DATA,
          "%d sentences of %s, fewer than %d"
              .formatted(shuffled.size(), language, FEWEST_SENTENCES));
    }
    int heldOut = Math.min(MOST_HELD_OUT, Math.ceilDiv(shuffled.size(), HELD_OUT_IN));
    List<String> trained = List.copyOf(shuffled.subList(heldOut, shuffled.size()));
    Map<UnicodeScript, List<String>> byScript = new EnumMap<>(UnicodeScript.class);
    for (String sentence : trained) {
      ScriptCounts.of(sentence)
          .dominant()
          .ifPresent(
              script -> byScript.computeIfAbsent(script, s -> new ArrayList<>()).add(sentence));
    }
    byScript.values().removeIf(some -> some.size() < LEAST_SHARE_OF_SCRIPT * trained.size());
    if (byScript.isEmpty()) {
      throw new IsoglossException(
          ErrorCode.TOO_LITTLE_DATA, "the text of " + language + " has no letters");
    }
    return new Parts(trained, List.copyOf(shuffled.subList(0, heldOut)), byScript);
  }

  /** The languages written in each script. */
  private static Map<UnicodeScript, List<String>> writers(SortedMap<String, Parts> languages) {
    Map<UnicodeScript, List<String>> writers = new EnumMap<>(UnicodeScript.class);
    languages.forEach(
        (language, parts) ->
            parts
                .byScript()
                .keySet()
                .forEach(
                    script ->
                        writers.computeIfAbsent(script, s -> new ArrayList<>()).add(language)));
    return writers;
  }

  private List<ScriptWeights> learn(
      SortedMap<String, Parts> languages, Map<UnicodeScript, List<String>> writers, Random random) {
    long total =
        writers.values().stream()
            .filter(some -> some.size() > 1)
            .mapToLong(some -> (long) some.size() * settings.shown())
            .sum();
    List<ScriptWeights> weights = new ArrayList<>();
    long before = 0;
    for (Map.Entry<UnicodeScript, List<String>> each : writers.entrySet()) {
      int bits = settings.tableBits() - (each.getValue().size() < MANY_LANGUAGES ? 2 : 0);
      WeightTable table = new WeightTable(each.getKey(), each.getValue(), bits);
      if (each.getValue().size() > 1) {
        List<List<String>> texts =
            each.getValue().stream()
                .map(language -> written(languages, language, each.getKey()))
                .toList();
        before = learn(table, texts, random, before, total);
      }
      weights.add(table.quantised());
    }
    return weights;
  }

  private static List<String> written(
      Map<String, Parts> languages, String language, UnicodeScript script) {
    Parts parts = languages.get(language);
    return parts == null ? List.of() : parts.byScript().getOrDefault(script, List.of());
  }

  private long learn(
      WeightTable table, List<List<String>> texts, Random random, long before, long total) {
    long steps = (long) texts.size() * settings.shown();
    for (long step = 0; step < steps; step++) {
      int language = (int) (step % texts.size());
      List<String> sentences = texts.get(language);
      String sentence = cut(sentences.get(random.nextInt(sentences.size())), random);
      double rate = settings.learningRate() * (1 - (double) step / steps);
      table.learn(Ngrams.of(sentence), language, rate);
      if ((before + step) % SHOWN_BETWEEN_NOTES == 0) {
        progress.accept(before + step, total);
      }
    }
    return before + steps;
  }

  /** The sentence, or more often a few words of it that stand together. */
  private static String cut(String sentence, Random random) {
    if (random.nextDouble() >= CUT) {
      return sentence;
    }
    String[] words = sentence.split(" ", -1);
    int length = 1 + random.nextInt(MOST_WORDS);
    if (length >= words.length) {
      return sentence;
    }
    int start = random.nextInt(words.length - length + 1);
    return String.join(" ", List.of(words).subList(start, start + length));
  }

  /**
   * The factor of the scores under which held-out text, whole and cut, is likeliest. Coarse steps:
   * the likelihood is flat around its greatest value.
   */
  private static double sharpness(
      List<ScriptWeights> weights, Map<String, Parts> languages, Random random) {
    List<double[]> margins = new ArrayList<>();
    for (ScriptWeights table : weights) {
      for (int right = 0; right < table.languages().size(); right++) {
        Parts parts = languages.get(table.languages().get(right));
        if (parts == null || table.languages().size() == 1) {
          continue;
        }
        for (String sentence : parts.heldOut()) {
          boolean same = ScriptCounts.of(sentence).dominant().equals(Optional.of(table.script()));
          if (same) {
            margins.add(behind(table.scores(Ngrams.of(cut(sentence, random))), right));
          }
        }
      }
    }
    double best = 1;
    double bestLoss = Double.POSITIVE_INFINITY;
    for (double candidate = 0.25; candidate <= 4; candidate *= 1.1) {
      double loss = 0;
      for (double[] behind : margins) {
        double sum = 0;
        for (double each : behind) {
          sum += Math.exp(candidate * each);
        }
        loss += Math.log(sum);
      }
      if (loss < bestLoss) {
        bestLoss = loss;
        best = candidate;
      }
    }
    return best;
  }

  /** How far each score is above the right language's. */
  private static double[] behind(double[] scores, int right) {
    double[] behind = new double[scores.length];
    for (int i = 0; i < scores.length; i++) {
      behind[i] = scores[i] - scores[right];
    }
    return behind;
  }

  private static HeldOut examine(
      LanguageClassifier classifier, String language, Parts parts, Random random) {
    int right = 0;
    int rightCut = 0;
    int ordinary = 0;
    for (String sentence : parts.heldOut()) {
      Optional<LanguageGuess> guess = classifier.guess(sentence);
      right += is(language, guess) ? 1 : 0;
      rightCut += is(language, classifier.guess(cut(sentence, random))) ? 1 : 0;
      ordinary += guess.filter(LanguageGuess::ordinary).isPresent() ? 1 : 0;
    }
    return new HeldOut(parts.trained().size(), parts.heldOut().size(), right, rightCut, ordinary);
  }

  private static boolean is(String language, Optional<LanguageGuess> guess) {
    return guess.filter(found -> found.language().equals(language)).isPresent();
  }
}
