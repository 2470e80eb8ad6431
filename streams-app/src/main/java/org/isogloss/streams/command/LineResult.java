package org.isogloss.streams.command;

import java.util.Optional;
import org.isogloss.encoder.space.View;

/** What becomes of one line of input: a vector, or a refusal in its place. */
sealed interface LineResult {
  /** Names the line, such as {@code news.txt:000000017}. */
  String id();

  /**
   * @param space vectors are comparable only within one
   * @param backbone its SHA-256
   * @param languageModule such as {@code language/de@3}; empty: none
   * @param alignmentModule such as {@code alignment/de@5}; empty: none
   * @param vector of unit length
   */
  record Vector(
      String id,
      String language,
      View view,
      String space,
      String backbone,
      Optional<String> languageModule,
      Optional<String> alignmentModule,
      int tokens,
      boolean truncated,
      float[] vector)
      implements LineResult {}

  /**
   * @param code stable, such as {@code ISO-101}
   * @param message for people
   */
  record Refusal(String id, String code, String message) implements LineResult {}
}
