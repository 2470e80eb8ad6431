package org.isogloss.streams.replay;

import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.isogloss.schemas.record.Origin;
import org.isogloss.streams.deadletter.DeadLetter;

/**
 * A dead letter as it lies in its topic.
 *
 * @param record as it was read
 */
public record StoredLetter(
    ConsumerRecord<byte[], byte[]> record, DeadLetter letter, LetterContent content) {
  /** Where the letter lies. */
  public Origin place() {
    return new Origin(record.topic(), record.partition(), record.offset());
  }

  /** The time of the refused record. */
  public Instant time() {
    return Instant.ofEpochMilli(record.timestamp());
  }
}
