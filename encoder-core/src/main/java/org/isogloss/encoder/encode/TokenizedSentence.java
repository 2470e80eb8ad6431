package org.isogloss.encoder.encode;

import java.util.Optional;
import java.util.Set;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.View;
import org.isogloss.encoder.tokenize.TokenSequence;

/**
 * A sentence ready for a micro-batch. It keeps its text: should the tokenizer of its language
 * change before it is encoded, it is tokenised again.
 *
 * @param tokens special tokens included, truncated to the encoder's limit
 * @param tokenizer digest of the language module whose tokenizer or transliteration made the
 *     tokens; empty: the backbone's tokenizer made them of the text as it is
 */
public record TokenizedSentence(
    SentenceRequest request, TokenSequence tokens, Optional<Digest> tokenizer) implements Prepared {

  /** A sentence tokenised by the backbone's tokenizer. */
  public TokenizedSentence(SentenceRequest request, TokenSequence tokens) {
    this(request, tokens, Optional.empty());
  }

  public String language() {
    return request.language();
  }

  public Set<View> views() {
    return request.views();
  }
}
