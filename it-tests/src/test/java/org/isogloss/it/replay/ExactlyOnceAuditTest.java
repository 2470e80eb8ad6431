package org.isogloss.it.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.isogloss.schemas.record.Embedding;
import org.isogloss.schemas.record.Origin;
import org.isogloss.schemas.record.Sentence;
import org.isogloss.schemas.record.VectorType;
import org.isogloss.schemas.record.View;
import org.junit.jupiter.api.Test;

/** The judge is judged: each kind of fault, made by hand, must be seen. */
class ExactlyOnceAuditTest {
  private static final float[] VECTOR = {0.6f, 0.8f};

  private final List<ConsumerRecord<byte[], byte[]>> sentences = new ArrayList<>();
  private final List<ConsumerRecord<byte[], byte[]>> embeddings = new ArrayList<>();
  private final List<ConsumerRecord<byte[], byte[]>> deadLetters = new ArrayList<>();

  @Test
  void oneEmbeddingPerViewAndOneDeadLetterAreInOrder() {
    sentence("a", "");
    sentence("b", "MONOLINGUAL,CROSS_LINGUAL");
    sentence("c", "");
    embedding(0, "a", View.CROSS_LINGUAL, any -> {});
    embedding(1, "b", View.CROSS_LINGUAL, any -> {});
    embedding(1, "b", View.MONOLINGUAL, any -> {});
    deadLetter(2, "c", "route", "ISO-101");

    AuditReport report = audit();

    assertThat(report.violations()).isEmpty();
    assertThat(report.unfinished()).isEmpty();
    assertThat(report.sentences()).isEqualTo(3);
    assertThat(report.embeddings()).isEqualTo(3);
    assertThat(report.refused()).isEqualTo(Map.of(new Place(0, 2), "ISO-101"));
  }

  @Test
  void aLostSentenceAndALostViewAreUnfinished() {
    sentence("a", "");
    sentence("b", "MONOLINGUAL,CROSS_LINGUAL");
    embedding(1, "b", View.MONOLINGUAL, any -> {});
    assertThat(audit().unfinished()).containsExactly(new Place(0, 0), new Place(0, 1));
  }

  @Test
  void aSecondEmbeddingIsSeen() {
    sentence("a", "");
    embedding(0, "a", View.CROSS_LINGUAL, any -> {});
    embedding(0, "a", View.CROSS_LINGUAL, any -> {});
    assertThat(audit().violations())
        .containsExactly("0@0 has 2 embeddings of the view CROSS_LINGUAL");
  }

  @Test
  void aSecondDeadLetterIsSeen() {
    sentence("a", "");
    deadLetter(0, "a", "route", "ISO-101");
    deadLetter(0, "a", "encode", "ISO-208");
    assertThat(audit().violations()).containsExactly("0@0 has 2 dead letters");
  }

  @Test
  void aDeadLetterBesideAnEmbeddingIsSeen() {
    sentence("a", "");
    embedding(0, "a", View.CROSS_LINGUAL, any -> {});
    deadLetter(0, "a", "encode", "ISO-208");
    assertThat(audit().violations()).singleElement().asString().contains("a dead letter and");
  }

  @Test
  void aViewNobodyAskedForIsSeen() {
    sentence("a", "CROSS_LINGUAL");
    embedding(0, "a", View.CROSS_LINGUAL, any -> {});
    embedding(0, "a", View.MONOLINGUAL, any -> {});
    assertThat(audit().violations()).singleElement().asString().contains("asked for");
  }

  @Test
  void aVectorFromNowhereIsSeen() {
    sentence("a", "");
    embedding(0, "a", View.CROSS_LINGUAL, any -> {});
    embedding(7, "a", View.CROSS_LINGUAL, any -> {});
    deadLetter(8, "x", "encode", "ISO-208");
    assertThat(audit().violations())
        .hasSize(2)
        .allSatisfy(violation -> assertThat(violation).contains("nowhere"));
  }

  @Test
  void aVectorThatDoesNotSayWhatMadeItIsSeen() {
    sentence("a", "");
    sentence("b", "");
    embedding(0, "a", View.CROSS_LINGUAL, embedding -> embedding.setBackbone(""));
    embedding(1, "b", View.CROSS_LINGUAL, any -> {});
    embeddings.getLast().headers().remove("alignmentModule");
    assertThat(audit().violations())
        .satisfiesExactly(
            violation -> assertThat(violation).contains("a backbone"),
            violation -> assertThat(violation).contains("alignmentModule (absent)"));
  }

  @Test
  void theTextAndTheVectorOfAnotherSentenceAreSeen() {
    sentence("a", "");
    sentence("b", "");
    sentence("c", "");
    embedding(0, "a", View.CROSS_LINGUAL, embedding -> embedding.setText("text of b"));
    embedding(1, "b", View.CROSS_LINGUAL, e -> e.setVector(bytes(new float[] {0.8f, 0.6f})));
    embedding(2, "c", View.CROSS_LINGUAL, e -> e.setVector(bytes(new float[] {3, 4})));
    assertThat(audit().violations())
        .satisfiesExactly(
            violation -> assertThat(violation).contains("same text"),
            violation -> assertThat(violation).contains("its own text"),
            violation -> assertThat(violation).contains("unit length"),
            violation -> assertThat(violation).contains("its own text"));
  }

  @Test
  void aDeadLetterWithAlteredBytesIsSeen() {
    sentence("a", "");
    ConsumerRecord<byte[], byte[]> letter =
        new ConsumerRecord<>("isogloss.dead-letters", 0, 0, "a".getBytes(UTF_8), new byte[] {1});
    headers(letter, "stage", "route", "code", "ISO-101", "message", "m", "scope", "");
    headers(letter, "origin", "isogloss.sentences/0@0");
    deadLetters.add(letter);
    assertThat(audit().violations()).singleElement().asString().contains("the original bytes");
  }

  @Test
  void aDeadLetterOfTheMinerDecidesNothing() {
    sentence("a", "");
    embedding(0, "a", View.CROSS_LINGUAL, any -> {});
    deadLetter(0, "a", "mine", "ISO-114");
    assertThat(audit().violations()).isEmpty();
    assertThat(audit().refused()).isEmpty();
  }

  private AuditReport audit() {
    Map<String, float[]> expected = Map.of("text of b", VECTOR, "text of c", VECTOR);
    return ExactlyOnceAudit.of(
        sentences, embeddings, deadLetters, ExpectedVectors.byText(expected), 1e-5);
  }

  private void sentence(String id, String views) {
    Sentence sentence = new Sentence(id, "text of " + id, "en", "", "test");
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>(
            "isogloss.sentences",
            0,
            sentences.size(),
            id.getBytes(UTF_8),
            encode(sentence::toByteBuffer));
    if (!views.isEmpty()) {
      headers(record, "views", views);
    }
    sentences.add(record);
  }

  private void embedding(long offset, String id, View view, Consumer<Embedding.Builder> fault) {
    Embedding.Builder draft =
        Embedding.newBuilder()
            .setId(id)
            .setLanguage("en")
            .setView(view)
            .setSpace("space")
            .setBackbone("0".repeat(64))
            .setLayers(2)
            .setDimension(VECTOR.length)
            .setType(VectorType.FP32)
            .setVector(bytes(VECTOR))
            .setTokens(5)
            .setTruncated(false)
            .setText("text of " + id)
            .setScope("")
            .setSource("test")
            .setOrigin(new Origin("isogloss.sentences", 0, offset));
    fault.accept(draft);
    Embedding embedding = draft.build();
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>(
            "isogloss.embeddings",
            0,
            embeddings.size(),
            id.getBytes(UTF_8),
            encode(embedding::toByteBuffer));
    headers(record, "language", "en", "view", view.name(), "space", "space");
    headers(record, "backbone", embedding.getBackbone(), "dimension", "2", "type", "FP32");
    headers(record, "languageModule", "none", "alignmentModule", "none");
    embeddings.add(record);
  }

  private void deadLetter(long offset, String id, String stage, String code) {
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>(
            "isogloss.dead-letters",
            0,
            deadLetters.size(),
            id.getBytes(UTF_8),
            offset < sentences.size() ? sentences.get((int) offset).value() : new byte[0]);
    headers(record, "stage", stage, "code", code, "message", "why", "scope", "");
    headers(record, "origin", "isogloss.sentences/0@" + offset);
    deadLetters.add(record);
  }

  private static void headers(ConsumerRecord<byte[], byte[]> record, String... namesAndValues) {
    for (int i = 0; i < namesAndValues.length; i += 2) {
      record.headers().add(namesAndValues[i], namesAndValues[i + 1].getBytes(UTF_8));
    }
  }

  private static ByteBuffer bytes(float... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return bytes.flip();
  }

  private static byte[] encode(Encoding encoding) {
    try {
      ByteBuffer buffer = encoding.encode();
      byte[] bytes = new byte[buffer.remaining()];
      buffer.get(bytes);
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @FunctionalInterface
  private interface Encoding {
    ByteBuffer encode() throws IOException;
  }
}
