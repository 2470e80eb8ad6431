package org.isogloss.streams.command;

import java.util.Optional;
import org.isogloss.encoder.encode.Rejected;
import org.isogloss.streams.identify.Identification;
import org.isogloss.streams.identify.ScriptAndModelIdentifier;
import org.isogloss.streams.route.LanguagePolicy;
import org.isogloss.streams.route.LanguageRules;
import org.isogloss.streams.route.Refusal;
import org.isogloss.streams.route.RouterOptions;
import org.isogloss.streams.route.TextRules;

/**
 * Judges a line as the router does, with the router's own rules, so that encoding directly and
 * through the pipeline refuse the same lines for the same reasons. Safe for use by many threads.
 */
final class LineRules {
  /** What becomes of a line. */
  sealed interface Judged {}

  /**
   * To be encoded.
   *
   * @param text normalised
   */
  record Accepted(String text, String language) implements Judged {}

  /** Refused. */
  record Refused(Rejected reason) implements Judged {}

  private final TextRules text = new TextRules(RouterOptions.DEFAULT_MAX_CHARACTERS);
  private final LanguageRules languages;
  private final Optional<String> language;

  private LineRules(LanguageRules languages, Optional<String> language) {
    this.languages = languages;
    this.language = language;
  }

  /**
   * @param language of every line; empty: identified line by line, by a model that is loaded now
   */
  static LineRules of(Optional<String> language) {
    return new LineRules(
        new LanguageRules(
            LanguagePolicy.TRUST,
            language.isPresent()
                ? unasked -> new Identification.Unidentified("the language is given")
                : ScriptAndModelIdentifier.load(ScriptAndModelIdentifier.DEFAULT_LANGUAGES)),
        language);
  }

  Judged judge(InputLine line) {
    if (line.refusal().isPresent()) {
      return new Refused(line.refusal().orElseThrow());
    }
    Optional<Refusal> broken = text.check(line.text());
    if (broken.isPresent()) {
      return refused(broken.orElseThrow());
    }
    String normalised = TextRules.normalise(line.text());
    return switch (languages.settle(language, normalised)) {
      case LanguageRules.Language settled -> new Accepted(normalised, settled.language());
      case LanguageRules.NoLanguage none -> refused(none.refusal());
    };
  }

  private static Judged refused(Refusal refusal) {
    return new Refused(new Rejected(refusal.code(), refusal.message()));
  }
}
