package org.isogloss.streams.mine;

/**
 * Two languages between which pairs are mined; the source's sentences come first in every pair.
 *
 * @param source such as {@code de}
 * @param target such as {@code en}
 */
public record LanguagePair(String source, String target) {
  public LanguagePair {
    if (source.isBlank() || target.isBlank() || source.equals(target)) {
      throw new IllegalArgumentException("no pair of languages: " + source + ", " + target);
    }
  }

  /** Such as {@code de-en}. */
  @Override
  public String toString() {
    return source + "-" + target;
  }
}
