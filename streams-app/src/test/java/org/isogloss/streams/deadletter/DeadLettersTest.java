package org.isogloss.streams.deadletter;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.isogloss.schemas.record.Origin;
import org.isogloss.schemas.topic.HeaderNames;
import org.isogloss.schemas.topic.TextHeaders;
import org.isogloss.streams.place.Placement;
import org.junit.jupiter.api.Test;

class DeadLettersTest {
  private static final Origin ORIGIN = new Origin("isogloss.sentences", 3, 42L);

  @Test
  void aLetterIsReadAsItWasWritten() {
    DeadLetter letter =
        new DeadLetter(Stage.ENCODE, "ISO-208", "fails: größer als ፪", "нoвости", ORIGIN);
    byte[] key = {1, 2, (byte) 0xFF};
    byte[] value = {0, (byte) 0xC3};
    ProducerRecord<byte[], byte[]> record = DeadLetters.record(letter, key, value, 4);
    assertThat(record.key()).isSameAs(key);
    assertThat(record.value()).isSameAs(value);
    assertThat(record.partition()).isEqualTo(Placement.forScope("нoвости", "", 4));
    assertThat(TextHeaders.read(record.headers(), HeaderNames.ORIGIN))
        .contains("isogloss.sentences/3@42");
    assertThat(TextHeaders.read(record.headers(), HeaderNames.STAGE)).contains("encode");
    assertThat(DeadLetters.read(record.headers())).contains(letter);
  }

  @Test
  void aRecordWithoutKeyAndValueCanBeRefusedToo() {
    DeadLetter letter = new DeadLetter(Stage.ROUTE, "ISO-103", "no key", "", ORIGIN);
    ProducerRecord<byte[], byte[]> record = DeadLetters.record(letter, null, null, 4);
    assertThat(record.key()).isNull();
    assertThat(record.value()).isNull();
    assertThat(record.partition()).isBetween(0, 3);
  }

  @Test
  void aLongMessageIsCutSoThatTheLetterFits() {
    DeadLetter letter = new DeadLetter(Stage.ROUTE, "ISO-101", "x".repeat(10_000), "", ORIGIN);
    assertThat(letter.message().length()).isLessThan(600);
  }

  @Test
  void headersThatAreNoLetterReadAsNone() {
    assertThat(DeadLetters.read(new RecordHeaders())).isEmpty();
    RecordHeaders headers = new RecordHeaders();
    DeadLetters.write(new DeadLetter(Stage.MINE, "ISO-114", "late", "s", ORIGIN), headers);
    assertThat(DeadLetters.read(headers)).isPresent();
    for (String broken : new String[] {"nowhere", "a/b@c", "isogloss.sentences/1@", ""}) {
      TextHeaders.put(headers, HeaderNames.ORIGIN, broken);
      assertThat(DeadLetters.read(headers)).as(broken).isEmpty();
    }
  }
}
