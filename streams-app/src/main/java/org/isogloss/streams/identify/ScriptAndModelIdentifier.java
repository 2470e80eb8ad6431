package org.isogloss.streams.identify;

import java.io.IOException;
import java.io.InputStream;
import java.lang.Character.UnicodeScript;
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
import org.isogloss.streams.identify.Identification.Identified;
import org.isogloss.streams.identify.Identification.Unidentified;

/** Script rules, common words and OpenNLP's model, as the package says. */
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
  private static final double LEAST_UYGHUR = 0.06;
  private static final double LEAST_CONFIDENCE = 0.52;
  private static final int ENOUGH_FOR_ALPHABET = 20;
  // A language outside the set is less likely to be met, which is what the set says.
  private static final double OUTSIDE = 0.9;
  // Among the languages in Arabic script these letters are common in Uyghur alone.
  private static final String UYGHUR_LETTERS = "ۇۆۈۋېەڭ";

  private final Set<String> languages;
  private final LanguageDetectorModel model;

  private ScriptAndModelIdentifier(Set<String> languages, LanguageDetectorModel model) {
    this.languages = Set.copyOf(languages);
    this.model = model;
  }

  /**
   * Loads the model (about a second, 40 MB of heap).
   *
   * @param languages those that may be found
   * @throws IsoglossException MODEL_FILE_MISSING where the model is not on the class path
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
      return new ScriptAndModelIdentifier(languages, new LanguageDetectorModel(in));
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.MODEL_FILE_MISSING, "OpenNLP's language model cannot be read: " + e, e);
    }
  }

  @Override
  public Identification identify(String text) {
    Scripts scripts = Scripts.of(text);
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
    if (script == UnicodeScript.ARABIC && shareOf(UYGHUR_LETTERS, text) >= LEAST_UYGHUR) {
      return candidates.contains("ug") ? new Identified("ug", share) : new Unidentified("Uyghur");
    }
    if (candidates.size() == 1 && isWritten(script, candidates)) {
      return new Identified(candidates.iterator().next(), share);
    }
    if (script == UnicodeScript.LATIN) {
      Optional<Identified> byWords = CommonWords.find(text, candidates);
      if (byWords.isPresent()) {
        return byWords.get();
      }
    }
    return byModel(text, scripts.letters(), candidates);
  }

  /** Amharic stands for its script: its sisters in it are seldom met, and the model knows none. */
  private static boolean isWritten(UnicodeScript script, Set<String> candidates) {
    return script == UnicodeScript.ETHIOPIC || Scripts.isWhollyIn(script, candidates);
  }

  private static double shareOf(String letters, String text) {
    long all = text.codePoints().filter(Character::isLetter).count();
    return all == 0
        ? 0
        : (double) text.codePoints().filter(c -> letters.indexOf(c) >= 0).count() / all;
  }

  private Identification byModel(String text, int letters, Set<String> candidates) {
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
    // The model's weights are flat over its languages; what tells is how far the best is ahead.
    double confidence = bestWeight / (bestWeight + nextWeight);
    if (!candidates.contains(best)) {
      return new Unidentified("no language of the set fits best");
    }
    return confidence < LEAST_CONFIDENCE
        ? new Unidentified("most likely " + best + ", but not clearly")
        : new Identified(best, confidence);
  }
}
