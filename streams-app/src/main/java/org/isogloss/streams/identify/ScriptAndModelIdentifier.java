package org.isogloss.streams.identify;

import java.io.IOException;
import java.io.InputStream;
import java.lang.Character.UnicodeScript;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import opennlp.tools.langdetect.Language;
import opennlp.tools.langdetect.LanguageDetectorME;
import opennlp.tools.langdetect.LanguageDetectorModel;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.language.LanguageClassifier;
import org.isogloss.language.LanguageGuess;
import org.isogloss.language.ScriptCounts;
import org.isogloss.streams.identify.Identification.Identified;
import org.isogloss.streams.identify.Identification.Unidentified;

/** Script rules, our classifier and OpenNLP's model, as the package says. */
public final class ScriptAndModelIdentifier implements LanguageIdentifier {
  /** The languages of the method's evaluations and of the sample corpus. */
  public static final Set<String> DEFAULT_LANGUAGES =
      Set.of(
          "am", "ar", "az", "cs", "de", "en", "es", "fr", "ha", "hi", "it", "ja", "kk", "ko", "ky",
          "mr", "nl", "pl", "pt", "ru", "rw", "te", "tr", "ug", "uz", "zh");

  private static final String MODEL = "/langdetect-183.bin";
  private static final int FEWEST_LETTERS = 4;
  private static final int FEWEST_IDEOGRAMS = 2;
  private static final int LONGEST_SAMPLE = 600;
  private static final double LEAST_SHARE_OF_SCRIPT = 0.5;
  private static final double LEAST_KANA = 0.1;
  private static final double LEAST_PROBABILITY = 0.5;
  // Below it the other model is asked too, which takes far longer.
  private static final double CLEAR_PROBABILITY = 0.6;
  private static final double CERTAIN_PROBABILITY = 0.95;
  private static final double LEAST_LEAD = 0.52;
  private static final double FAR_STRANGER = 0.8;
  private static final int ENOUGH_FOR_ALPHABET = 20;
  // A language outside the set is less likely to be met, which is what the set says.
  private static final double OUTSIDE = 0.9;

  private final Set<String> languages;
  private final LanguageClassifier classifier;
  private final Set<String> classified;
  private final LanguageDetectorModel model;
  private final Set<String> secondKnows;

  private ScriptAndModelIdentifier(
      Set<String> languages, LanguageClassifier classifier, LanguageDetectorModel model) {
    this.languages = Set.copyOf(languages);
    this.classifier = classifier;
    this.classified = Set.copyOf(classifier.languages());
    this.model = model;
    this.secondKnows =
        Arrays.stream(new LanguageDetectorME(model).getSupportedLanguages())
            .map(code -> LanguageCodes.settle(code).orElse(code))
            .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Loads the models (about a second, 40 MB of heap).
   *
   * @param languages those that may be found
   * @throws IsoglossException MODEL_FILE_MISSING where a model is not on the class path
   */
  public static ScriptAndModelIdentifier load(Set<String> languages) {
    if (languages.isEmpty()) {
      throw new IllegalArgumentException("no languages to choose from");
    }
    try (InputStream in = LanguageDetectorME.class.getResourceAsStream(MODEL)) {
      if (in == null) {
        throw new IsoglossException(
            ErrorCode.MODEL_FILE_MISSING, "OpenNLP's language model is not on the class path");
      }
      return new ScriptAndModelIdentifier(
          languages, LanguageClassifier.shipped(), new LanguageDetectorModel(in));
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.MODEL_FILE_MISSING, "OpenNLP's language model cannot be read: " + e, e);
    }
  }

  @Override
  public Identification identify(String text) {
    ScriptCounts scripts = ScriptCounts.of(text);
    Optional<UnicodeScript> dominant = scripts.dominant();
    if (dominant.isEmpty()) {
      return new Unidentified("no letters");
    }
    UnicodeScript script = dominant.get();
    double kana = scripts.share(UnicodeScript.HIRAGANA) + scripts.share(UnicodeScript.KATAKANA);
    double japanese = kana + scripts.share(UnicodeScript.HAN);
    if (kana >= LEAST_KANA && japanese >= LEAST_SHARE_OF_SCRIPT) {
      return languages.contains("ja")
          ? new Identified("ja", Math.min(1, japanese))
          : new Unidentified("Japanese script");
    }
    double share = scripts.share(script);
    if (share < LEAST_SHARE_OF_SCRIPT) {
      return new Unidentified("a mixture of scripts");
    }
    boolean ideograms = script == UnicodeScript.HAN || script == UnicodeScript.HANGUL;
    if (scripts.letters() < (ideograms ? FEWEST_IDEOGRAMS : FEWEST_LETTERS)) {
      return new Unidentified("too short");
    }
    if (script == UnicodeScript.HAN) {
      return languages.contains("zh") ? new Identified("zh", share) : new Unidentified("ideograms");
    }
    Set<String> candidates =
        languages.stream()
            .filter(language -> Scripts.writes(language, script))
            .collect(Collectors.toUnmodifiableSet());
    if (candidates.isEmpty()) {
      return new Unidentified("no language of the set is written in " + script);
    }
    if (candidates.size() == 1 && isWritten(script, candidates)) {
      return new Identified(candidates.iterator().next(), share);
    }
    return byModels(text, script, scripts.letters(), candidates);
  }

  /** Amharic stands for its script: its sisters in it are seldom met, and the models know none. */
  private static boolean isWritten(UnicodeScript script, Set<String> candidates) {
    return script == UnicodeScript.ETHIOPIC || Scripts.isWhollyIn(script, candidates);
  }

  private Identification byModels(
      String text, UnicodeScript script, int letters, Set<String> candidates) {
    Optional<LanguageGuess> guess = classifier.guess(text, script);
    if (guess.filter(it -> it.ordinary() && it.probability() >= CLEAR_PROBABILITY).isPresent()) {
      return ofTheSet(guess.get().language(), guess.get().probability(), candidates);
    }
    Opinion second = secondOpinion(text, letters, candidates);
    boolean foreign =
        second.lead() >= LEAST_LEAD
            && !classified.contains(second.language())
            && guess.map(it -> secondCounts(it, script)).orElse(true);
    if (guess.isEmpty() || foreign) {
      return second.lead() >= LEAST_LEAD
          ? ofTheSet(second.language(), second.lead(), candidates)
          : unclear(second.language());
    }
    LanguageGuess first = guess.get();
    if (first.probability() >= LEAST_PROBABILITY || first.language().equals(second.language())) {
      return ofTheSet(first.language(), first.probability(), candidates);
    }
    return unclear(first.language());
  }

  /**
   * Whether another model's clear opinion is worth something against a guess: a model that does not
   * know the language has to take it for another one. Then only a guess that is not certain, or of
   * a sentence that looks far stranger than the language's own, is given up.
   */
  private boolean secondCounts(LanguageGuess guess, UnicodeScript script) {
    boolean known =
        secondKnows.contains(guess.language())
            && !(guess.language().equals("uz") && script == UnicodeScript.CYRILLIC);
    return known
        || guess.probability() < CERTAIN_PROBABILITY
        || guess.familiarity() < FAR_STRANGER * guess.bound();
  }

  private static Identification ofTheSet(
      String language, double confidence, Set<String> candidates) {
    return candidates.contains(language)
        ? new Identified(language, confidence)
        : new Unidentified("it reads as " + language + ", which is not of the set");
  }

  private static Identification unclear(String likeliest) {
    return new Unidentified("most likely " + likeliest + ", but not clearly");
  }

  /**
   * What OpenNLP's model says.
   *
   * @param lead its best weight over the sum of the best two: the weights are flat over its 103
   *     languages, what tells is how far the best is ahead
   */
  private record Opinion(String language, double lead) {}

  private Opinion secondOpinion(String text, int letters, Set<String> candidates) {
    String sample =
        text.length() <= LONGEST_SAMPLE
            ? text
            : text.substring(0, text.offsetByCodePoints(0, LONGEST_SAMPLE / 2));
    Map<String, Double> weights = new HashMap<>();
    boolean longEnough = letters >= ENOUGH_FOR_ALPHABET;
    // A detector has state of its own and costs nothing to make; the model is shared.
    for (Language each : new LanguageDetectorME(model).predictLanguages(sample)) {
      String code = LanguageCodes.settle(each.getLang()).orElse(each.getLang());
      if (!(longEnough && Alphabets.excludes(code, sample))) {
        double weight = each.getConfidence() * (candidates.contains(code) ? 1 : OUTSIDE);
        weights.merge(code, weight, Math::max);
      }
    }
    String best = "";
    double bestWeight = 0;
    double nextWeight = 0;
    for (Map.Entry<String, Double> each : weights.entrySet()) {
      if (each.getValue() > bestWeight) {
        best = each.getKey();
        nextWeight = bestWeight;
        bestWeight = each.getValue();
      } else {
        nextWeight = Math.max(nextWeight, each.getValue());
      }
    }
    return new Opinion(best, bestWeight == 0 ? 0 : bestWeight / (bestWeight + nextWeight));
  }
}
