package org.isogloss.encoder.encode;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import org.isogloss.encoder.space.View;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the sentence to blame. When a micro-batch fails, its halves are encoded apart, and theirs,
 * until the sentences that fail stand alone: those come back as {@link Rejected} with the code
 * ENCODING_FAILED, their mates with their vectors. One poisoned sentence among n costs at most
 * {@code 2 + 2·⌈log2 n⌉} calls.
 *
 * <p>A fault of the encoder itself must not empty a whole stream into dead letters. So nothing is
 * bisected unless the failure is ENCODING_FAILED (or a runtime exception without a code), and
 * unless the encoder still encodes a sentence that it encoded before; else the failure goes to the
 * caller. {@link Error}s, such as a lack of memory, always do.
 *
 * <p>As safe for several threads as the encoder it wraps, which it owns and closes.
 */
public final class BisectingEncoder implements SentenceEncoder {
  private static final Logger log = LoggerFactory.getLogger(BisectingEncoder.class);

  private final SentenceEncoder encoder;
  private volatile List<TokenizedSentence> knownGood = List.of();

  public BisectingEncoder(SentenceEncoder encoder) {
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
    return encoder.prepare(request);
  }

  @Override
  public List<EncodeOutcome> encode(List<TokenizedSentence> microBatch) {
    if (microBatch.isEmpty()) {
      return List.of();
    }
    List<EncodeOutcome> outcomes;
    try {
      outcomes = encodeAll(microBatch);
    } catch (RuntimeException failure) {
      if (!blamesSentences(failure) || !encoderIsSound(failure)) {
        throw failure;
      }
      log.debug("a micro-batch of {} failed and is bisected", microBatch.size(), failure);
      List<EncodeOutcome> found =
          new ArrayList<>(Collections.nCopies(microBatch.size(), rejected(failure)));
      if (microBatch.size() > 1) {
        split(microBatch, 0, microBatch.size(), found);
      }
      return found;
    }
    if (knownGood.isEmpty()) {
      rememberGood(microBatch, outcomes);
    }
    return outcomes;
  }

  @Override
  public void close() {
    encoder.close();
  }

  private void split(List<TokenizedSentence> batch, int from, int to, List<EncodeOutcome> found) {
    int middle = (from + to) >>> 1;
    resolve(batch, from, middle, found);
    resolve(batch, middle, to, found);
  }

  private void resolve(List<TokenizedSentence> batch, int from, int to, List<EncodeOutcome> found) {
    List<EncodeOutcome> outcomes;
    try {
      outcomes = encodeAll(batch.subList(from, to));
    } catch (RuntimeException failure) {
      if (!blamesSentences(failure)) {
        throw failure;
      }
      if (to - from > 1) {
        split(batch, from, to, found);
      } else {
        // Without the trace: a flood of poison must not become a flood of traces.
        log.warn(
            "a sentence of {} tokens fails alone: {}",
            batch.get(from).tokens().length(),
            failure.toString());
        log.debug("the failure in full", failure);
        found.set(from, rejected(failure));
      }
      return;
    }
    for (int i = from; i < to; i++) {
      found.set(i, outcomes.get(i - from));
    }
  }

  private List<EncodeOutcome> encodeAll(List<TokenizedSentence> batch) {
    List<EncodeOutcome> outcomes = encoder.encode(batch);
    if (outcomes.size() != batch.size()) {
      throw new IsoglossException(
          ErrorCode.INTERNAL,
          "the encoder gave %d outcomes for %d sentences".formatted(outcomes.size(), batch.size()));
    }
    return outcomes;
  }

  private boolean encoderIsSound(RuntimeException failure) {
    List<TokenizedSentence> probe = knownGood;
    if (probe.isEmpty()) {
      Prepared prepared =
          encoder.prepare(new SentenceRequest("a", "en", EnumSet.of(View.CROSS_LINGUAL)));
      probe =
          switch (prepared) {
            case TokenizedSentence sentence -> List.of(sentence);
            case Rejected rejected -> List.of();
          };
    }
    try {
      encoder.encode(probe);
      return true;
    } catch (RuntimeException again) {
      again.addSuppressed(failure);
      log.error("the encoder fails on a sentence known to be good: no sentence is to blame", again);
      return false;
    }
  }

  private void rememberGood(List<TokenizedSentence> batch, List<EncodeOutcome> outcomes) {
    for (int i = 0; i < batch.size(); i++) {
      switch (outcomes.get(i)) {
        case Encoded encoded -> {
          knownGood = List.of(batch.get(i));
          return;
        }
        case Rejected rejected -> {}
      }
    }
  }

  private static boolean blamesSentences(RuntimeException failure) {
    return !(failure instanceof IsoglossException coded)
        || coded.code() == ErrorCode.ENCODING_FAILED;
  }

  private static Rejected rejected(RuntimeException failure) {
    String reason =
        failure instanceof IsoglossException coded ? coded.reason() : String.valueOf(failure);
    return new Rejected(ErrorCode.ENCODING_FAILED, reason);
  }
}
