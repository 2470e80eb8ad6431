package org.isogloss.encoder.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.isogloss.encoder.space.View;
import org.junit.jupiter.api.Test;

/** What every {@link SentenceEncoder} promises, as tests. Extend it and give an encoder. */
public abstract class EncoderCompatibilityKit {
  private static final double TOLERANCE = 1e-5;
  private static final List<Set<View>> SETS_OF_VIEWS =
      List.of(
          EnumSet.of(View.MONOLINGUAL), EnumSet.of(View.CROSS_LINGUAL), EnumSet.allOf(View.class));
  private static final List<SentenceRequest> SENTENCES =
      List.of(
          request("How long are Tom and I supposed to stay here?", "en"),
          request("Wie lange sollen Tom und ich hierbleiben?", "de"),
          request("Yes.", "en"),
          request("Мария сказала, что не знает, где Том.", "ru"),
          request("我不知道。", "zh"),
          request("لا أعرف أين هو.", "ar"),
          request("나는 모른다.", "ko"),
          request("मुझे नहीं पता।", "hi"),
          request("Elle ne savait pas où était Tom, et personne ne le lui avait dit.", "fr"),
          request("a", "tr"),
          request("word ".repeat(40), "en"));

  /** The encoder under test; the kit does not close it. */
  protected abstract SentenceEncoder encoder();

  @Test
  protected void anEmptyMicroBatchGivesNothing() {
    assertThat(encoder().encode(List.of())).isEmpty();
  }

  @Test
  protected void everyViewAskedForComesBackWithUnitLengthAndProvenance() {
    for (Set<View> views : SETS_OF_VIEWS) {
      List<TokenizedSentence> batch = new ArrayList<>();
      for (SentenceRequest sentence : SENTENCES) {
        batch.add(prepared(new SentenceRequest(sentence.text(), sentence.language(), views)));
      }
      List<EncodeOutcome> outcomes = encoder().encode(batch);
      assertThat(outcomes).hasSize(batch.size());
      for (int i = 0; i < batch.size(); i++) {
        Encoded encoded = (Encoded) outcomes.get(i);
        assertThat(encoded.tokens()).isEqualTo(batch.get(i).tokens().length());
        assertThat(encoded.truncated()).isEqualTo(batch.get(i).tokens().truncated());
        assertThat(encoded.vectors())
            .extracting(vector -> vector.provenance().view())
            .containsExactlyInAnyOrderElementsOf(views);
        for (SentenceVector vector : encoded.vectors()) {
          assertThat(vector.values()).hasSize(encoder().dimension());
          assertThat(length(vector.values())).isCloseTo(1, within(1e-6));
          assertThat(vector.provenance().backbone()).isEqualTo(encoder().description().backbone());
          assertThat(vector.provenance().layers()).isEqualTo(encoder().description().layers());
        }
      }
    }
  }

  @Test
  protected void everyRowEqualsWhatItGetsAloneInAnyMicroBatch() {
    List<TokenizedSentence> prepared = inEverySetOfViews();
    List<EncodeOutcome> alone = new ArrayList<>();
    for (TokenizedSentence sentence : prepared) {
      alone.add(encoder().encode(List.of(sentence)).getFirst());
    }
    long seed = 7;
    Random random = new Random(seed);
    for (int round = 0; round < 30; round++) {
      List<Integer> rows = new ArrayList<>();
      List<TokenizedSentence> batch = new ArrayList<>();
      for (int i = 1 + random.nextInt(30); i > 0; i--) {
        int row = random.nextInt(prepared.size());
        rows.add(row);
        batch.add(prepared.get(row));
      }
      List<EncodeOutcome> outcomes = encoder().encode(batch);
      for (int i = 0; i < rows.size(); i++) {
        assertEqual(
            outcomes.get(i),
            alone.get(rows.get(i)),
            "seed %d, round %d, row %d".formatted(seed, round, i));
      }
    }
  }

  @Test
  protected void differentSentencesGetDifferentVectors() {
    List<EncodeOutcome> outcomes =
        encoder().encode(SENTENCES.stream().map(this::prepared).toList());
    for (int i = 0; i < outcomes.size(); i++) {
      for (int j = 0; j < i; j++) {
        assertThat(greatestDifference(vector(outcomes.get(i)), vector(outcomes.get(j))))
            .as("rows %d and %d", i, j)
            .isGreaterThan(TOLERANCE);
      }
    }
  }

  @Test
  protected void aSentenceOverTheLimitIsTruncatedAndFlagged() {
    int limit = encoder().description().maxTokens();
    TokenizedSentence sentence = prepared(request("word ".repeat(4 * limit), "en"));

    assertThat(sentence.tokens().length()).isEqualTo(limit);
    Encoded encoded = (Encoded) encoder().encode(List.of(sentence)).getFirst();
    assertThat(encoded.truncated()).isTrue();
    assertThat(encoded.tokens()).isEqualTo(limit);
  }

  @Test
  protected void noTextMakesPreparingThrow() {
    for (String text :
        List.of(
            "", " ", "\u0000", "\ud800", "\udc00x", "\u200b", "😀", "\u0301", "x".repeat(9999))) {
      Prepared prepared = encoder().prepare(request(text, "en"));
      switch (prepared) {
        case TokenizedSentence sentence ->
            assertThat(encoder().encode(List.of(sentence))).hasSize(1);
        case Rejected rejected -> assertThat(rejected.message()).isNotEmpty();
      }
    }
  }

  @Test
  protected void severalThreadsGetWhatOneGets() throws Exception {
    // Large enough that an encoder with threads of its own has a reason to use them.
    List<TokenizedSentence> batch = inEverySetOfViews();
    List<EncodeOutcome> expected = encoder().encode(batch);
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      List<Future<List<EncodeOutcome>>> answers = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        answers.add(threads.submit(() -> encoder().encode(batch)));
      }
      for (Future<List<EncodeOutcome>> answer : answers) {
        for (int row = 0; row < batch.size(); row++) {
          assertEqual(answer.get().get(row), expected.get(row), "row " + row);
        }
      }
    }
  }

  /** Every sentence for either view alone and for both. */
  private List<TokenizedSentence> inEverySetOfViews() {
    List<TokenizedSentence> prepared = new ArrayList<>();
    for (Set<View> views : SETS_OF_VIEWS) {
      for (SentenceRequest sentence : SENTENCES) {
        prepared.add(prepared(new SentenceRequest(sentence.text(), sentence.language(), views)));
      }
    }
    return prepared;
  }

  /** The same vectors, made by the same. */
  private static void assertEqual(EncodeOutcome found, EncodeOutcome expected, String where) {
    List<SentenceVector> vectors = ((Encoded) found).vectors();
    List<SentenceVector> wanted = ((Encoded) expected).vectors();
    assertThat(vectors).as(where).hasSameSizeAs(wanted);
    for (int i = 0; i < wanted.size(); i++) {
      assertThat(vectors.get(i).provenance()).as(where).isEqualTo(wanted.get(i).provenance());
      assertThat(greatestDifference(vectors.get(i).values(), wanted.get(i).values()))
          .as(where)
          .isLessThan(TOLERANCE);
    }
  }

  /** A request for the cross-lingual view. */
  protected static SentenceRequest request(String text, String language) {
    return new SentenceRequest(text, language, EnumSet.of(View.CROSS_LINGUAL));
  }

  /** The sentence, which must not be rejected. */
  protected final TokenizedSentence prepared(SentenceRequest request) {
    return (TokenizedSentence) encoder().prepare(request);
  }

  /** The cross-lingual vector of an outcome, which must be {@link Encoded}. */
  protected static float[] vector(EncodeOutcome outcome) {
    return ((Encoded) outcome).vector(View.CROSS_LINGUAL).values();
  }

  /** The greatest difference of two components. */
  protected static double greatestDifference(float[] one, float[] other) {
    assertThat(one).hasSameSizeAs(other);
    double greatest = 0;
    for (int i = 0; i < one.length; i++) {
      double difference = Math.abs((double) one[i] - other[i]);
      // Not Math.max alone: a NaN must not count as equal.
      greatest = Double.isNaN(difference) ? Double.MAX_VALUE : Math.max(greatest, difference);
    }
    return greatest;
  }

  private static double length(float[] vector) {
    double squares = 0;
    for (float value : vector) {
      squares += (double) value * value;
    }
    return Math.sqrt(squares);
  }
}
