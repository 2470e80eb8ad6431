package org.isogloss.streams.route;

import java.util.Optional;
import org.isogloss.error.ErrorCode;
import org.isogloss.streams.identify.Identification.Identified;
import org.isogloss.streams.identify.Identification.Unidentified;
import org.isogloss.streams.identify.LanguageCodes;
import org.isogloss.streams.identify.LanguageIdentifier;

/** Settles the language of a sentence. Safe for use by many threads if the identifier is. */
public record LanguageRules(LanguagePolicy policy, LanguageIdentifier identifier) {
  /** What comes of it. */
  public sealed interface Settled {}

  /**
   * A language.
   *
   * @param language its code, two letters where there are two
   * @param found another one that the identifier found, under the policy VERIFY
   */
  public record Language(String language, Optional<String> found) implements Settled {}

  /** None. */
  public record NoLanguage(Refusal refusal) implements Settled {}

  /**
   * Settles the language.
   *
   * @param given by the sender; empty: it is identified
   */
  public Settled settle(Optional<String> given, String text) {
    return given.map(code -> check(code, text)).orElseGet(() -> identify(text));
  }

  private Settled identify(String text) {
    return switch (identifier.identify(text)) {
      case Identified found -> new Language(found.language(), Optional.empty());
      case Unidentified none ->
          refuse(
              ErrorCode.UNIDENTIFIED_LANGUAGE,
              "no language given and none found: " + none.reason());
    };
  }

  private Settled check(String code, String text) {
    Optional<String> settled = LanguageCodes.settle(code);
    if (settled.isEmpty()) {
      return refuse(ErrorCode.BAD_LANGUAGE, "'" + code + "' is not a language code");
    }
    String language = settled.get();
    return switch (policy) {
      case TRUST -> new Language(language, Optional.empty());
      case VERIFY -> new Language(language, contradiction(language, text));
      case REJECT ->
          contradiction(language, text)
              .map(
                  found ->
                      refuse(
                          ErrorCode.LANGUAGE_MISMATCH,
                          "given as " + language + ", but it reads as " + found))
              .orElseGet(() -> new Language(language, Optional.empty()));
    };
  }

  private Optional<String> contradiction(String language, String text) {
    return switch (identifier.identify(text)) {
      case Identified found when !found.language().equals(language) ->
          Optional.of(found.language());
      case Identified same -> Optional.empty();
      case Unidentified none -> Optional.empty();
    };
  }

  private static Settled refuse(ErrorCode code, String message) {
    return new NoLanguage(new Refusal(code, message));
  }
}
