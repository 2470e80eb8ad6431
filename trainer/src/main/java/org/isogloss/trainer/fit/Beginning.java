package org.isogloss.trainer.fit;

import java.nio.file.Path;
import java.util.Optional;
import org.isogloss.encoder.module.Transliteration;

/**
 * What a language module is begun from.
 *
 * @param module directory of a module of the same language, whose parts it takes over; empty: the
 *     bare backbone
 * @param sentenceEncodingOf whose sentence encoding it takes in the place of what {@code module}
 *     has; empty: it keeps that
 * @param transliteration through which it reads text, in the place of what {@code module} has;
 *     empty: it keeps that
 */
public record Beginning(
    Optional<Path> module,
    Optional<LentSentenceEncoding.Lender> sentenceEncodingOf,
    Optional<Transliteration> transliteration) {
  public static final Beginning BARE = new Beginning(Optional.empty(), Optional.empty());

  /** One that reads text as {@code module} does. */
  public Beginning(
      Optional<Path> module, Optional<LentSentenceEncoding.Lender> sentenceEncodingOf) {
    this(module, sentenceEncodingOf, Optional.empty());
  }
}
