package org.isogloss.streams.sample;

/**
 * One sentence of the sample corpus.
 *
 * @param id a function of language and text alone, such as {@code de-5f1c2a9b07d34e88}
 * @param language two-letter ISO 639 code
 * @param text one line in NFC
 */
public record SampleSentence(String id, String language, String text) {
  public SampleSentence {
    if (id.isBlank() || language.isBlank() || text.isBlank()) {
      throw new IllegalArgumentException("id, language and text must say something");
    }
  }
}
