package org.isogloss.it.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.record.Sentence;
import org.jspecify.annotations.Nullable;

/** Records that must end as dead letters, and the code that must say why. */
enum Poison {
  EMPTY("ISO-101"),
  BLANK("ISO-102"),
  NULL_KEY("ISO-103"),
  NULL_VALUE("ISO-104"),
  INVALID_UTF8("ISO-105"),
  LONE_SURROGATE("ISO-106"),
  CONTROL_CHARACTER("ISO-107"),
  TOO_LONG("ISO-108"),
  NOT_AVRO("ISO-109"),
  CUT_SHORT("ISO-109"),
  UNKNOWN_SCHEMA("ISO-110"),
  BAD_LANGUAGE("ISO-113"),
  KEY_IS_NOT_ID("ISO-116"),
  BREAKS_THE_ENCODER("ISO-208");

  /** The longest text that the router of these tests takes. */
  static final int MAX_CHARACTERS = 2_000;

  /** Any text with this in it breaks the micro-batch it is in. */
  static final String BREAKS = "\u2620";

  private static final AvroCodec<Sentence> CODEC = AvroCodec.of(Sentence.class);
  private static final int FIRST_FINGERPRINT_BYTE = 2;
  private static final byte NEVER_IN_UTF8 = (byte) 0xFF;

  private final String code;

  Poison(String code) {
    this.code = code;
  }

  /** The code that its dead letter must have. */
  String code() {
    return code;
  }

  ProducerRecord<byte[], byte[]> record(String topic, String id) {
    byte @Nullable [] key = id.getBytes(UTF_8);
    byte @Nullable [] value =
        switch (this) {
          case EMPTY -> sentence(id, "", "en");
          case BLANK -> sentence(id, " \t\u00A0\u3000", "en");
          case NULL_KEY -> {
            key = null;
            yield sentence(id, "Nobody knows whose sentence this is.", "en");
          }
          case NULL_VALUE -> null;
          case INVALID_UTF8 -> invalidUtf8(id);
          case LONE_SURROGATE -> sentence(id, "Half a pair: \uD83D and no more.", "en");
          case CONTROL_CHARACTER -> sentence(id, "A bell \u0007 rings.", "en");
          case TOO_LONG -> sentence(id, "long ".repeat(MAX_CHARACTERS), "en");
          case NOT_AVRO -> "{\"text\": \"This is JSON.\"}".getBytes(UTF_8);
          case CUT_SHORT -> {
            byte[] whole = sentence(id, "This record was cut short.", "en");
            yield Arrays.copyOf(whole, whole.length / 2);
          }
          case UNKNOWN_SCHEMA -> {
            byte[] bytes = sentence(id, "Nobody registered this schema.", "en");
            bytes[FIRST_FINGERPRINT_BYTE] ^= 0x55;
            yield bytes;
          }
          case BAD_LANGUAGE -> sentence(id, "The language is no code.", "Klingon!");
          case KEY_IS_NOT_ID -> {
            key = (id + "-other").getBytes(UTF_8);
            yield sentence(id, "The key says something else.", "en");
          }
          case BREAKS_THE_ENCODER -> sentence(id, "Beware " + BREAKS + " of " + id, "en");
        };
    return new ProducerRecord<>(topic, key, value);
  }

  private static byte[] sentence(String id, String text, String language) {
    return CODEC.encode(new Sentence(id, text, language, "", "poison"));
  }

  private static byte[] invalidUtf8(String id) {
    byte[] bytes = sentence(id, "QQQQ", "en");
    for (int i = 0; i + 1 < bytes.length; i++) {
      if (bytes[i] == 'Q') {
        bytes[i] = NEVER_IN_UTF8;
      }
    }
    return bytes;
  }
}
