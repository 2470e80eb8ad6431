package org.isogloss.encoder.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.isogloss.encoder.space.View;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.junit.jupiter.api.Test;

class BisectingEncoderTest {
  private final DeterministicEncoder inner = new DeterministicEncoder(8);
  private final BisectingEncoder encoder = new BisectingEncoder(inner);

  @Test
  void onePoisonedSentenceIsRejectedAndItsMatesAreUnharmed() {
    for (int poisoned = 0; poisoned < 64; poisoned++) {
      DeterministicEncoder failing = new DeterministicEncoder(8).failOn("s" + poisoned);
      List<EncodeOutcome> outcomes = new BisectingEncoder(failing).encode(batch(64));

      for (int i = 0; i < 64; i++) {
        if (i == poisoned) {
          assertThat(outcomes.get(i)).isInstanceOf(Rejected.class);
          assertThat(((Rejected) outcomes.get(i)).code()).isEqualTo(ErrorCode.ENCODING_FAILED);
        } else {
          assertThat(((Encoded) outcomes.get(i)).vector(View.CROSS_LINGUAL).values())
              .containsExactly(DeterministicEncoder.vectorOf("s" + i, 8));
        }
      }
      assertThat(failing.calls()).as("calls for one among 64").isLessThanOrEqualTo(2 + 2 * 6);
    }
  }

  @Test
  void anySetOfPoisonedSentencesIsFound() {
    long seed = 20261124;
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      int size = 1 + random.nextInt(40);
      DeterministicEncoder failing = new DeterministicEncoder(8);
      Set<Integer> poisoned = new TreeSet<>();
      for (int i = 0; i < size; i++) {
        if (random.nextInt(6) == 0) {
          poisoned.add(i);
          failing.failOn("s" + i);
        }
      }
      List<EncodeOutcome> outcomes = new BisectingEncoder(failing).encode(batch(size));
      Set<Integer> rejected = new TreeSet<>();
      for (int i = 0; i < size; i++) {
        if (outcomes.get(i) instanceof Rejected) {
          rejected.add(i);
        }
      }
      assertThat(rejected).as("seed %d, round %d", seed, round).isEqualTo(poisoned);
    }
  }

  @Test
  void aMicroBatchOfPoisonOnlyIsRejectedWhole() {
    inner.failOn("s0").failOn("s1");

    assertThat(encoder.encode(batch(2))).hasOnlyElementsOfType(Rejected.class);
  }

  @Test
  void aSoundMicroBatchCostsOneCall() {
    assertThat(encoder.encode(batch(32))).hasOnlyElementsOfType(Encoded.class);
    assertThat(inner.calls()).isEqualTo(1);
  }

  @Test
  void anEncoderThatFailsOnEverythingBlamesNoSentence() {
    inner.breakDown(true);
    assertThatThrownBy(() -> encoder.encode(batch(16))).isInstanceOf(IsoglossException.class);

    inner.breakDown(false);
    encoder.encode(batch(3));
    inner.breakDown(true);
    assertThatThrownBy(() -> encoder.encode(batch(16))).isInstanceOf(IsoglossException.class);
  }

  @Test
  void lackOfMemoryGoesToTheCaller() {
    for (Throwable fatal :
        List.of(
            new OutOfMemoryError("for the test"),
            new IsoglossException(ErrorCode.ENGINE_UNAVAILABLE, "device memory exhausted"))) {
      Throwing throwing = new Throwing(fatal);
      assertThatThrownBy(() -> new BisectingEncoder(throwing).encode(batch(16))).isSameAs(fatal);
      assertThat(throwing.calls).isEqualTo(1);
    }
  }

  @Test
  void aDegenerateVectorIsLeftAsItIs() {
    inner.giveDegenerateVectorFor("s1");

    List<EncodeOutcome> outcomes = encoder.encode(batch(3));

    assertThat(((Rejected) outcomes.get(1)).code()).isEqualTo(ErrorCode.DEGENERATE_VECTOR);
    assertThat(inner.calls()).isEqualTo(1);
  }

  private List<TokenizedSentence> batch(int size) {
    List<TokenizedSentence> batch = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      batch.add(
          (TokenizedSentence)
              inner.prepare(new SentenceRequest("s" + i, "en", EnumSet.of(View.CROSS_LINGUAL))));
    }
    return batch;
  }

  /** Fails with one given throwable. */
  private static final class Throwing implements SentenceEncoder {
    private final DeterministicEncoder shape = new DeterministicEncoder(8);
    private final Throwable fatal;
    private int calls;

    Throwing(Throwable fatal) {
      this.fatal = fatal;
    }

    @Override
    public int dimension() {
      return shape.dimension();
    }

    @Override
    public EncoderDescription description() {
      return shape.description();
    }

    @Override
    public Prepared prepare(SentenceRequest request) {
      return shape.prepare(request);
    }

    @Override
    public List<EncodeOutcome> encode(List<TokenizedSentence> microBatch) {
      calls++;
      if (fatal instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) fatal;
    }

    @Override
    public void close() {}
  }
}
