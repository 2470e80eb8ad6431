package org.isogloss.encoder.tokenize;

/** Text to token ids, as the model was trained. Safe for use by several threads at once. */
public interface SentenceTokenizer extends AutoCloseable {
  /**
   * @param maxTokens the limit, special tokens included; what is over is cut off before the closing
   *     special token, and the sequence says so
   */
  TokenSequence tokenize(String text, int maxTokens);

  /** One more than the greatest id it can give. */
  int vocabularySize();

  @Override
  void close();
}
