package org.isogloss.trainer.data;

/**
 * A sentence and its translation.
 *
 * @param source in the language that is learnt
 * @param pivot in English
 */
public record SentencePair(String source, String pivot) {}
