package org.isogloss.schemas.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.specific.SpecificRecord;
import org.isogloss.schemas.record.Embedding;
import org.isogloss.schemas.record.EncodeRequest;
import org.isogloss.schemas.record.EndOffset;
import org.isogloss.schemas.record.ModuleVersion;
import org.isogloss.schemas.record.Origin;
import org.isogloss.schemas.record.Pair;
import org.isogloss.schemas.record.PairState;
import org.isogloss.schemas.record.ScopeSealed;
import org.isogloss.schemas.record.Seal;
import org.isogloss.schemas.record.Sentence;
import org.isogloss.schemas.record.VectorType;
import org.isogloss.schemas.record.View;
import org.junit.jupiter.api.Test;

class AvroCodecTest {
  private static final Sentence SENTENCE = new Sentence("a", "Grüße 🙂", null, "news", "f:1");
  private static final EncodeRequest REQUEST =
      new EncodeRequest(
          "a",
          "Grüße",
          "de",
          List.of(View.MONOLINGUAL, View.CROSS_LINGUAL),
          "news",
          "f:1",
          new Origin("isogloss.sentences", 3, 42L));
  private static final Embedding EMBEDDING =
      new Embedding(
          "a",
          "de",
          View.CROSS_LINGUAL,
          "00112233445566778899aabbccddeeff",
          "b",
          8,
          new ModuleVersion("language/de@3", "d1"),
          null,
          2,
          VectorType.FP32,
          VectorBytes.encode(new float[] {0.6f, -0.8f}, VectorType.FP32),
          5,
          false,
          "Grüße",
          "news",
          "f:1",
          new Origin("isogloss.sentences", 3, 42L));
  private static final Seal SEAL =
      new Seal("news", 200L, List.of(new EndOffset(0, 70L), new EndOffset(1, 130L)));
  private static final Pair PAIR =
      new Pair(
          "news",
          "a",
          "b",
          "de",
          "en",
          "Grüße",
          "Regards",
          1.25,
          0.75,
          PairState.CONFIRMED,
          "s",
          null,
          null,
          null,
          null);
  private static final ScopeSealed SEALED =
      new ScopeSealed("news", 200L, 198L, 2L, 97L, List.of("de-en"));

  @Test
  void theBytesOfEveryRecordArePinned() throws IOException {
    golden(
        SENTENCE,
        Sentence.class,
        Sentence.getEncoder(),
        "c301ccbfffe087d7e8200261184772c3bcc39f6520f09f998200086e65777306" + "663a31");
    golden(
        REQUEST,
        EncodeRequest.class,
        EncodeRequest.getEncoder(),
        "c301b2219c983f5b50d602610e4772c3bcc39f6504646504000200086e657773"
            + "06663a312469736f676c6f73732e73656e74656e6365730654");
    golden(
        EMBEDDING,
        Embedding.class,
        Embedding.getEncoder(),
        "c3019828af0561c326b502610464650240303031313232333334343535363637"
            + "3738383939616162626363646465656666026210021a6c616e67756167652f64"
            + "654033046431000400109a99193fcdcc4cbf0a000e4772c3bcc39f65086e6577"
            + "7306663a312469736f676c6f73732e73656e74656e6365730654");
    golden(
        SEAL, Seal.class, Seal.getEncoder(), "c301489c3da393ea63a7086e657773900304008c0102840200");
    golden(
        PAIR,
        Pair.class,
        Pair.getEncoder(),
        "c301ff91ff4a653ad2bd086e6577730261026204646504656e0e4772c3bcc39f"
            + "650e52656761726473000000000000f43f000000000000e83f02027300000000");
    golden(
        SEALED,
        ScopeSealed.class,
        ScopeSealed.getEncoder(),
        "c301915afacd1a007240086e65777390038c0304c201020a64652d656e00");
  }

  private static <T extends SpecificRecord> void golden(
      T record, Class<T> type, BinaryMessageEncoder<T> avros, String hex) throws IOException {
    AvroCodec<T> codec = AvroCodec.of(type);
    byte[] bytes = codec.encode(record);
    assertThat(HexFormat.of().formatHex(bytes)).as(type.getSimpleName()).isEqualTo(hex);
    assertThat(ByteBuffer.wrap(bytes)).as("as Avro's own encoder").isEqualTo(avros.encode(record));
    assertThat(codec.decode(bytes)).isEqualTo(record);
    assertThat(codec.wrote(bytes)).isTrue();
  }

  @Test
  void aRecordOfAnEarlierSchemaIsReadWithTheDefaultsOfNow() {
    Schema earlier =
        SchemaBuilder.record("Sentence")
            .namespace("org.isogloss.schemas.record")
            .fields()
            .requiredString("text")
            .requiredString("id")
            .requiredLong("dropped")
            .endRecord();
    GenericRecord written = new GenericData.Record(earlier);
    written.put("text", "Grüße");
    written.put("id", "a");
    written.put("dropped", 7L);
    byte[] bytes = generic(written, earlier);
    assertThatThrownBy(() -> AvroCodec.of(Sentence.class).decode(bytes))
        .isInstanceOfSatisfying(
            UnknownSchemaException.class,
            e -> assertThat(e.fingerprint()).isEqualTo(Fingerprints.of(earlier)));
    WriterSchemas learned = WriterSchemas.ours().or(WriterSchemas.of(List.of(earlier)));
    Sentence read = AvroCodec.of(Sentence.class, learned).decode(bytes);
    assertThat(read).isEqualTo(new Sentence("a", "Grüße", null, "", ""));
  }

  @Test
  void aSchemaThatCannotBeResolvedIsUndecodable() {
    Schema other =
        SchemaBuilder.record("Sentence")
            .namespace("org.isogloss.schemas.record")
            .fields()
            .requiredInt("id")
            .endRecord();
    GenericRecord written = new GenericData.Record(other);
    written.put("id", 7);
    AvroCodec<Sentence> codec = AvroCodec.of(Sentence.class, WriterSchemas.of(List.of(other)));
    assertThatThrownBy(() -> codec.decode(generic(written, other)))
        .isInstanceOf(UndecodableRecordException.class);
    assertThatThrownBy(
            () -> AvroCodec.of(Seal.class).decode(AvroCodec.of(Sentence.class).encode(SENTENCE)))
        .isInstanceOf(UndecodableRecordException.class);
  }

  @Test
  void anyRecordIsReadAsItsWriterSawIt() {
    AnyRecordDecoder decoder = new AnyRecordDecoder(WriterSchemas.ours());
    GenericRecord read = decoder.decode(AvroCodec.of(Embedding.class).encode(EMBEDDING));
    assertThat(read.getSchema().getName()).isEqualTo("Embedding");
    assertThat(read.get("text")).hasToString("Grüße");
    assertThat(read.get("view")).hasToString("CROSS_LINGUAL");
    assertThat(read.get("alignmentModule")).isNull();
    assertThat(((GenericRecord) read.get("origin")).get("offset")).isEqualTo(42L);
  }

  @Test
  void everyBrokenRecordIsRefusedWithoutReservingWhatItClaims() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    AvroCodec<Embedding> codec = AvroCodec.of(Embedding.class);
    byte[] good = codec.encode(EMBEDDING);
    for (int length = 0; length < good.length; length++) {
      byte[] cut = Arrays.copyOf(good, length);
      assertThatThrownBy(() -> codec.decode(cut)).isInstanceOf(UndecodableRecordException.class);
    }
    for (int i = 0; i < 20_000; i++) {
      byte[] broken = good.clone();
      for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
        broken[10 + random.nextInt(broken.length - 10)] = (byte) random.nextInt();
      }
      try {
        assertThat(codec.decode(broken)).isNotNull();
      } catch (UndecodableRecordException refused) {
        assertThat(refused).as("seed %d, %d", seed, i).hasMessageMatching("(?s).+");
      }
    }
    // A text of two thousand million bytes, in a record of 15.
    byte[] liar = Arrays.copyOf(AvroCodec.of(Sentence.class).encode(SENTENCE), 15);
    System.arraycopy(new byte[] {(byte) 0xFC, -1, -1, -1, 0x0F}, 0, liar, 10, 5);
    assertThatThrownBy(() -> AvroCodec.of(Sentence.class).decode(liar))
        .isInstanceOf(UndecodableRecordException.class);
  }

  @Test
  void textIsNeverAlteredInSilence() {
    AvroCodec<Sentence> codec = AvroCodec.of(Sentence.class);
    for (String lone : List.of("\ud83d", "a\ude42b", "\ud83d\ud83d\ude42", "x🙂\udc00")) {
      byte[] bytes = codec.encode(new Sentence("a", lone, null, "", ""));
      assertThatThrownBy(() -> codec.decode(bytes))
          .isInstanceOfSatisfying(
              InvalidTextException.class, e -> assertThat(e.isLoneSurrogate()).isTrue());
    }
    byte[] marked = codec.encode(new Sentence("a", "XY", null, "", ""));
    String bytes = new String(marked, StandardCharsets.ISO_8859_1);
    for (String bad : List.of("\u00ff\u00fe", "\u00c3(", "\u00c0\u0080", "a\u00e2")) {
      byte[] broken = bytes.replace("XY", bad).getBytes(StandardCharsets.ISO_8859_1);
      assertThatThrownBy(() -> codec.decode(broken))
          .isInstanceOfSatisfying(
              InvalidTextException.class, e -> assertThat(e.isLoneSurrogate()).isFalse());
    }
    Sentence kept = new Sentence("a", "\ufffd � 🙂 \u0000 e\u0301", "de", "", "");
    assertThat(codec.decode(codec.encode(kept))).isEqualTo(kept);
  }

  @Test
  void aCodecServesManyThreadsAndGoesOnAfterAFailure()
      throws InterruptedException, ExecutionException {
    AvroCodec<Sentence> codec = AvroCodec.of(Sentence.class);
    assertThatThrownBy(() -> codec.encode(new Sentence("a", null, null, "", "")))
        .isInstanceOf(RuntimeException.class);
    assertThat(codec.decode(codec.encode(SENTENCE))).isEqualTo(SENTENCE);
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> done =
          IntStream.range(0, 8)
              .<Future<?>>mapToObj(
                  t ->
                      threads.submit(
                          () -> {
                            for (int i = 0; i < 2_000; i++) {
                              Sentence each =
                                  new Sentence(
                                      "id" + t, "text " + i, "de", "s", "x".repeat(i % 99));
                              assertThat(codec.decode(codec.encode(each))).isEqualTo(each);
                            }
                          }))
              .toList();
      for (Future<?> each : done) {
        each.get();
      }
    }
  }

  @Test
  void kafkaTombstonesStayTombstones() {
    var serde = AvroCodec.of(Seal.class).serde();
    assertThat(serde.serializer().serialize("t", null)).isNull();
    assertThat(serde.deserializer().deserialize("t", null)).isNull();
    assertThat(serde.deserializer().deserialize("t", serde.serializer().serialize("t", SEAL)))
        .isEqualTo(SEAL);
  }

  private static byte[] generic(GenericRecord record, Schema schema) {
    try {
      ByteBuffer bytes =
          new BinaryMessageEncoder<GenericRecord>(new GenericData(), schema).encode(record);
      byte[] array = new byte[bytes.remaining()];
      bytes.get(array);
      return array;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
