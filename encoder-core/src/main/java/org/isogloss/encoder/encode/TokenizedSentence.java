package org.isogloss.encoder.encode;

import java.util.Set;
import org.isogloss.encoder.space.View;
import org.isogloss.encoder.tokenize.TokenSequence;

/**
 * A sentence ready for a micro-batch.
 *
 * @param tokens special tokens included, truncated to the encoder's limit
 */
public record TokenizedSentence(String language, Set<View> views, TokenSequence tokens)
    implements Prepared {
  public TokenizedSentence {
    views = Set.copyOf(views);
  }
}
