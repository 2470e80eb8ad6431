package org.isogloss.streams.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.isogloss.error.ErrorCode;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.codec.WriterSchemas;
import org.isogloss.schemas.record.EncodeRequest;
import org.isogloss.schemas.record.Seal;
import org.isogloss.schemas.record.Sentence;
import org.isogloss.schemas.record.View;
import org.isogloss.schemas.topic.HeaderNames;
import org.isogloss.schemas.topic.TextHeaders;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.deadletter.DeadLetter;
import org.isogloss.streams.deadletter.DeadLetters;
import org.isogloss.streams.identify.Identification.Identified;
import org.isogloss.streams.identify.Identification.Unidentified;
import org.isogloss.streams.identify.LanguageIdentifier;
import org.isogloss.streams.kafka.StreamsSettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouterTopologyTest {
  private static final AvroCodec<Sentence> SENTENCES = AvroCodec.of(Sentence.class);
  private static final AvroCodec<EncodeRequest> REQUESTS = AvroCodec.of(EncodeRequest.class);
  private static final int MAX_CHARACTERS = 50;

  /** A schema of another writer: fields in another order, one more, one fewer. */
  private static final Schema THEIRS =
      SchemaBuilder.record("Sentence")
          .namespace("org.isogloss.schemas.record")
          .fields()
          .requiredInt("line")
          .requiredString("text")
          .requiredString("id")
          .optionalString("language")
          .endRecord();

  /** Knows German by its umlauts, English by "the", and nothing else. */
  private static final LanguageIdentifier IDENTIFIER =
      text ->
          text.contains("ü")
              ? new Identified("de", 0.9)
              : text.contains("the") ? new Identified("en", 0.9) : new Unidentified("no clue");

  @TempDir Path state;

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @SuppressWarnings("NullAway.Init")
  private TopologyTestDriver driver;

  @SuppressWarnings("NullAway.Init")
  private TestInputTopic<byte[], byte[]> input;

  @SuppressWarnings("NullAway.Init")
  private TestOutputTopic<byte[], byte[]> requests;

  @SuppressWarnings("NullAway.Init")
  private TestOutputTopic<byte[], byte[]> letters;

  @BeforeEach
  void start() {
    start(LanguagePolicy.TRUST);
  }

  private void start(LanguagePolicy policy) {
    if (driver != null) {
      driver.close();
    }
    RouterOptions options = RouterOptions.defaults(state).with(policy);
    SentenceRouting routing =
        new SentenceRouting(
            WriterSchemas.of(List.of(THEIRS)).or(WriterSchemas.ours()),
            new TextRules(MAX_CHARACTERS),
            new LanguageRules(policy, IDENTIFIER),
            options.views());
    Properties properties = new Properties();
    properties.putAll(
        StreamsSettings.of(KafkaSettings.of("nowhere:1"), options.applicationId(), state));
    driver =
        new TopologyTestDriver(
            RouterTopology.of(options, routing, new RouterMeters(registry)), properties);
    input =
        driver.createInputTopic(
            Topics.SENTENCES, new ByteArraySerializer(), new ByteArraySerializer());
    requests =
        driver.createOutputTopic(
            Topics.ENCODE_REQUESTS, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    letters =
        driver.createOutputTopic(
            Topics.DEAD_LETTERS, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  @AfterEach
  void stop() {
    driver.close();
  }

  @Test
  void aValidSentenceBecomesARequestWithEverythingSettled() {
    send("a", sentence("a", "Cafe\u0301 für alle", "deu", "news"));
    TestRecord<byte[], byte[]> record = requests.readRecord();
    assertThat(new String(record.key(), StandardCharsets.UTF_8)).isEqualTo("a");
    EncodeRequest request = REQUESTS.decode(record.value());
    assertThat(request.getText()).isEqualTo("Caf\u00e9 für alle");
    assertThat(request.getLanguage()).isEqualTo("de");
    assertThat(request.getViews()).containsExactly(View.CROSS_LINGUAL);
    assertThat(request.getScope()).isEqualTo("news");
    assertThat(request.getSource()).isEqualTo("test");
    assertThat(request.getOrigin().getTopic()).isEqualTo(Topics.SENTENCES);
    assertThat(request.getOrigin().getOffset()).isZero();
    assertThat(TextHeaders.read(record.headers(), HeaderNames.LANGUAGE)).contains("de");
    assertThat(TextHeaders.read(record.headers(), HeaderNames.VIEWS)).contains("CROSS_LINGUAL");
    assertThat(letters.isEmpty()).isTrue();
    assertThat(registry.counter("isogloss.router.sentences", "language", "de").count())
        .isEqualTo(1);

    send("b", sentence("b", "zweite", "de", ""));
    assertThat(REQUESTS.decode(requests.readValue()).getOrigin().getOffset()).isEqualTo(1);
  }

  @Test
  void everyTextThatCannotBeEncodedIsADeadLetterWithItsCode() {
    refused(ErrorCode.EMPTY_TEXT, "a", SENTENCES.encode(sentence("a", "", "de", "s")), "s");
    refused(
        ErrorCode.BLANK_TEXT,
        "a",
        SENTENCES.encode(sentence("a", " \t\u00a0\u3000", "de", "s")),
        "s");
    refused(
        ErrorCode.CONTROL_CHARACTER,
        "a",
        SENTENCES.encode(sentence("a", "bell \u0007", "de", "s")),
        "s");
    refused(
        ErrorCode.CONTROL_CHARACTER,
        "a",
        SENTENCES.encode(sentence("a", "nul \0", "de", "s")),
        "s");
    refused(
        ErrorCode.CONTROL_CHARACTER,
        "a",
        SENTENCES.encode(sentence("a", "next \u0085 line", "de", "s")),
        "s");
    refused(
        ErrorCode.TEXT_TOO_LONG,
        "a",
        SENTENCES.encode(sentence("a", "x".repeat(MAX_CHARACTERS + 1), "de", "s")),
        "s");
    send("a", sentence("a", "🙂".repeat(MAX_CHARACTERS), "de", "s"));
    send("a", sentence("a", "tab\tline\r\nbreak", "de", "s"));
    assertThat(requests.readValuesToList()).hasSize(2);
  }

  @Test
  void bytesThatAreNoTextAreRefusedAndNeverRepaired() {
    byte[] good = SENTENCES.encode(sentence("a", "XYZ", "de", "s"));
    refused(
        ErrorCode.INVALID_UTF8, "a", replace(good, "XYZ", new byte[] {'a', (byte) 0xFF, 'b'}), "");
    refused(
        ErrorCode.LONE_SURROGATE,
        "a",
        replace(good, "XYZ", new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80}),
        "");
    refused(
        ErrorCode.LONE_SURROGATE, "a", SENTENCES.encode(sentence("a", "\ud83d", "de", "s")), "");
    send("a", sentence("a", "a replacement character \ufffd is text", "de", "s"));
    assertThat(requests.readValuesToList()).hasSize(1);
  }

  @Test
  void keysMustBeTheId() {
    byte[] good = SENTENCES.encode(sentence("a", "text", "de", "s"));
    refused(ErrorCode.NULL_KEY, (byte[]) null, good, "s");
    refused(ErrorCode.NULL_KEY, new byte[0], good, "s");
    refused(ErrorCode.INCONSISTENT_RECORD, "b", good, "s");
    refused(ErrorCode.INVALID_UTF8, new byte[] {(byte) 0xC3}, good, "s");
  }

  @Test
  void valuesMustBeSentences() {
    refused(ErrorCode.NULL_VALUE, "a", null, "");
    refused(ErrorCode.UNDECODABLE_RECORD, "a", new byte[0], "");
    refused(ErrorCode.UNDECODABLE_RECORD, "a", "plain text".getBytes(StandardCharsets.UTF_8), "");
    byte[] good = SENTENCES.encode(sentence("a", "text", "de", "s"));
    byte[] truncated = Arrays.copyOf(good, good.length - 3);
    refused(ErrorCode.UNDECODABLE_RECORD, "a", truncated, "");
    byte[] overlong = Arrays.copyOf(good, good.length + 1);
    refused(ErrorCode.UNDECODABLE_RECORD, "a", overlong, "");
    refused(
        ErrorCode.UNDECODABLE_RECORD,
        "a",
        AvroCodec.of(Seal.class).encode(new Seal("s", 1L, List.of())),
        "");
    byte[] unknown = good.clone();
    unknown[5] ^= 0x55;
    refused(ErrorCode.UNKNOWN_SCHEMA, "a", unknown, "");
  }

  @Test
  void aRecordOfAnotherWritersSchemaIsRead() throws Exception {
    GenericRecord theirs = new GenericData.Record(THEIRS);
    theirs.put("line", 7);
    theirs.put("text", "grün");
    theirs.put("id", "a");
    ByteBuffer bytes =
        new BinaryMessageEncoder<GenericRecord>(new GenericData(), THEIRS).encode(theirs);
    byte[] value = new byte[bytes.remaining()];
    bytes.get(value);
    input.pipeInput("a".getBytes(StandardCharsets.UTF_8), value);
    EncodeRequest request = REQUESTS.decode(requests.readValue());
    assertThat(request.getText()).isEqualTo("grün");
    assertThat(request.getLanguage()).as("identified").isEqualTo("de");
    assertThat(request.getScope()).isEmpty();
  }

  @Test
  void anAbsentLanguageIsIdentifiedOrTheSentenceRefused() {
    send("a", sentence("a", "by the river", null, "s"));
    assertThat(REQUESTS.decode(requests.readValue()).getLanguage()).isEqualTo("en");
    refused(
        ErrorCode.UNIDENTIFIED_LANGUAGE,
        "a",
        SENTENCES.encode(sentence("a", "hm", null, "s")),
        "s");
  }

  @Test
  void aLanguageThatIsNoCodeIsRefusedUnderEveryPolicy() {
    for (LanguagePolicy policy : LanguagePolicy.values()) {
      start(policy);
      for (String bad : List.of("", "DE", "german", "d", "de-AT", "d1")) {
        refused(
            ErrorCode.BAD_LANGUAGE, "a", SENTENCES.encode(sentence("a", "grün", bad, "s")), "s");
      }
    }
  }

  @Test
  void thePolicySaysWhatBecomesOfAWrongLanguage() {
    send("a", sentence("a", "grün", "fr", "s"));
    assertThat(REQUESTS.decode(requests.readValue()).getLanguage()).as("trust").isEqualTo("fr");

    start(LanguagePolicy.VERIFY);
    send("a", sentence("a", "grün", "fr", "s"));
    TestRecord<byte[], byte[]> marked = requests.readRecord();
    assertThat(REQUESTS.decode(marked.value()).getLanguage()).as("verify").isEqualTo("fr");
    assertThat(TextHeaders.read(marked.headers(), HeaderNames.LANGUAGE_FOUND)).contains("de");
    send("a", sentence("a", "grün", "de", "s"));
    assertThat(TextHeaders.read(requests.readRecord().headers(), HeaderNames.LANGUAGE_FOUND))
        .isEmpty();
    assertThat(registry.counter("isogloss.router.mismatches", "language", "fr").count())
        .isEqualTo(1);

    start(LanguagePolicy.REJECT);
    refused(
        ErrorCode.LANGUAGE_MISMATCH, "a", SENTENCES.encode(sentence("a", "grün", "fr", "s")), "s");
    send("a", sentence("a", "grün", "de", "s"));
    send("b", sentence("b", "hm", "fr", "s"));
    assertThat(requests.readValuesToList()).as("right, and undecided").hasSize(2);
  }

  @Test
  void theHeaderChoosesTheViewsAndAScopeAddsTheCrossLingualOne() {
    assertThat(viewsOf("MONOLINGUAL", "")).containsExactly(View.MONOLINGUAL);
    assertThat(viewsOf("cross_lingual, monolingual", ""))
        .containsExactly(View.MONOLINGUAL, View.CROSS_LINGUAL);
    assertThat(viewsOf("MONOLINGUAL", "s")).containsExactly(View.MONOLINGUAL, View.CROSS_LINGUAL);
    for (String bad : List.of("", "both", "MONOLINGUAL,")) {
      input.pipeInput(record("a", sentence("a", "text", "de", "s"), bad));
      assertThat(letter().code()).as(bad).isEqualTo(ErrorCode.BAD_VIEWS.code());
    }
  }

  private List<View> viewsOf(String header, String scope) {
    input.pipeInput(record("a", sentence("a", "text", "de", scope), header));
    return REQUESTS.decode(requests.readValue()).getViews();
  }

  @Test
  void whateverTheBytesEachRecordEndsInExactlyOneRecord() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    byte[] good = SENTENCES.encode(sentence("key", "some the text", "de", "scope"));
    int sent = 3_000;
    for (int i = 0; i < sent; i++) {
      byte[] value = good.clone();
      switch (random.nextInt(4)) {
        case 0 -> {
          value = new byte[random.nextInt(64)];
          random.nextBytes(value);
        }
        case 1 -> value = Arrays.copyOf(value, random.nextInt(value.length + 8));
        default -> {
          for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
            value[10 + random.nextInt(value.length - 10)] = (byte) random.nextInt();
          }
        }
      }
      input.pipeInput("key".getBytes(StandardCharsets.UTF_8), value);
      int out = requests.readRecordsToList().size() + letters.readRecordsToList().size();
      assertThat(out).as("seed %d, record %d", seed, i).isEqualTo(1);
    }
    assertThat(
            registry.find("isogloss.dead.letters").tag("code", ErrorCode.INTERNAL.code()).counter())
        .as("seed %d: a fault of ours", seed)
        .isNull();
  }

  @Test
  void anOldTimeStopsNothing() {
    input.pipeInput(
        "a".getBytes(StandardCharsets.UTF_8),
        SENTENCES.encode(sentence("a", "text", "de", "s")),
        Instant.EPOCH);
    assertThat(requests.readValuesToList()).hasSize(1);
  }

  private void refused(ErrorCode code, String key, byte @Nullable [] value, String scope) {
    refused(code, key.getBytes(StandardCharsets.UTF_8), value, scope);
  }

  private void refused(
      ErrorCode code, byte @Nullable [] key, byte @Nullable [] value, String scope) {
    input.pipeInput(key, value);
    assertThat(requests.isEmpty()).as("%s: nothing to encode", code).isTrue();
    assertThat(letters.isEmpty()).as("%s: a dead letter", code).isFalse();
    TestRecord<byte[], byte[]> record = letters.readRecord();
    assertThat(record.key()).isEqualTo(key);
    assertThat(record.value()).isEqualTo(value);
    DeadLetter letter = DeadLetters.read(record.headers()).orElseThrow();
    assertThat(letter.code()).as(letter.message()).isEqualTo(code.code());
    assertThat(letter.message()).isNotBlank();
    assertThat(letter.scope()).isEqualTo(scope);
    assertThat(letter.origin().getTopic()).isEqualTo(Topics.SENTENCES);
    assertThat(letters.isEmpty()).isTrue();
  }

  private DeadLetter letter() {
    return DeadLetters.read(letters.readRecord().headers()).orElseThrow();
  }

  private void send(String key, Sentence sentence) {
    input.pipeInput(key.getBytes(StandardCharsets.UTF_8), SENTENCES.encode(sentence));
  }

  private static TestRecord<byte[], byte[]> record(String key, Sentence sentence, String views) {
    Headers headers = new RecordHeaders();
    TextHeaders.put(headers, HeaderNames.VIEWS, views);
    return new TestRecord<>(
        key.getBytes(StandardCharsets.UTF_8), SENTENCES.encode(sentence), headers);
  }

  private static Sentence sentence(
      String id, String text, @Nullable String language, String scope) {
    return new Sentence(id, text, language, scope, "test");
  }

  private static byte[] replace(byte[] record, String text, byte[] by) {
    byte[] from = text.getBytes(StandardCharsets.UTF_8);
    assertThat(by).hasSameSizeAs(from);
    String bytes = new String(record, StandardCharsets.ISO_8859_1);
    int at = bytes.indexOf(text);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(record, 0, at);
    out.writeBytes(by);
    out.write(record, at + by.length, record.length - at - by.length);
    return out.toByteArray();
  }

  @Test
  void theDefaultViewIsCrossLingual() {
    assertThat(RouterOptions.defaults(state).views()).isEqualTo(Set.of(View.CROSS_LINGUAL));
    assertThat(RouterOptions.defaults(state).policy()).isEqualTo(LanguagePolicy.TRUST);
  }
}
