package org.isogloss.it.faults;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.isogloss.encoder.encode.EncodeOutcome;
import org.isogloss.encoder.encode.EncoderDescription;
import org.isogloss.encoder.encode.Prepared;
import org.isogloss.encoder.encode.SentenceEncoder;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.tokenize.TokenSequence;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * A real encoder that fails with the whole micro-batch whenever a sentence with {@link
 * Poison#BREAKS} is in it, as a native call would. Does not own the encoder within.
 */
final class BreakableEncoder implements SentenceEncoder {
  private final SentenceEncoder encoder;

  /** By identity: another sentence may have the same tokens. */
  private final Set<TokenSequence> breaking =
      Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));

  BreakableEncoder(SentenceEncoder encoder) {
    this.encoder = encoder;
  }

  @Override
  public int dimension() {
    return encoder.dimension();
  }

  @Override
  public EncoderDescription description() {
    return encoder.description();
  }

  @Override
  public Prepared prepare(SentenceRequest request) {
    Prepared prepared = encoder.prepare(request);
    if (prepared instanceof TokenizedSentence sentence && request.text().contains(Poison.BREAKS)) {
      breaking.add(sentence.tokens());
    }
    return prepared;
  }

  @Override
  public List<EncodeOutcome> encode(List<TokenizedSentence> microBatch) {
    if (microBatch.stream().map(TokenizedSentence::tokens).anyMatch(breaking::contains)) {
      throw new IsoglossException(ErrorCode.ENCODING_FAILED, "a sentence broke the micro-batch");
    }
    return encoder.encode(microBatch);
  }

  @Override
  public void close() {
    breaking.clear();
  }
}
