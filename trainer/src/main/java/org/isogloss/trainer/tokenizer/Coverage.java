package org.isogloss.trainer.tokenizer;

import java.util.List;
import java.util.stream.Collectors;
import org.isogloss.encoder.tokenize.SentenceTokenizer;
import org.isogloss.encoder.tokenize.TokenSequence;
import org.isogloss.encoder.tokenize.TokenizerSource;

/**
 * How well a vocabulary fits a text.
 *
 * @param words of the text, punctuation marks included
 * @param unknownWords of them, those that have no pieces
 * @param pieces of all words, one for each unknown word; without the tokens around sentences
 */
public record Coverage(long words, long unknownWords, long pieces) {
  private static final int NO_LIMIT = 1 << 24;

  /** Between 0 and 1; 0 of no words. */
  public double unknownShare() {
    return words == 0 ? 0 : (double) unknownWords / words;
  }

  /** 0 of no words. */
  public double piecesPerWord() {
    return words == 0 ? 0 : (double) pieces / words;
  }

  /** Measures a tokenizer of BERT's family, tokenising on the common pool. */
  public static Coverage of(TokenizerSource source, List<String> sentences) {
    TokenizerTemplate template = TokenizerTemplate.of(source);
    int unknown = template.id(template.unknownToken());
    try (SentenceTokenizer tokenizer = source.open()) {
      int surrounding = tokenizer.tokenize("", NO_LIMIT).length();
      return sentences.parallelStream()
          .map(
              sentence -> {
                TokenSequence tokens = tokenizer.tokenize(sentence, NO_LIMIT);
                long unknownWords = 0;
                for (int i = 0; i < tokens.length(); i++) {
                  unknownWords += tokens.id(i) == unknown ? 1 : 0;
                }
                return new Coverage(
                    template.words().of(sentence).size(),
                    unknownWords,
                    tokens.length() - surrounding);
              })
          .collect(Collectors.reducing(new Coverage(0, 0, 0), Coverage::plus));
    }
  }

  private Coverage plus(Coverage other) {
    return new Coverage(
        words + other.words, unknownWords + other.unknownWords, pieces + other.pieces);
  }
}
