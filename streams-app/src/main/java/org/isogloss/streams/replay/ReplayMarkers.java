package org.isogloss.streams.replay;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.isogloss.kafka.CommittedRecords;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.codec.UndecodableRecordException;
import org.isogloss.schemas.codec.UnknownSchemaException;
import org.isogloss.schemas.codec.WriterSchemas;
import org.isogloss.schemas.record.DeadLetterReplay;
import org.isogloss.schemas.record.Origin;
import org.isogloss.schemas.topic.OriginText;
import org.isogloss.schemas.topic.Topics;

/** Which refused sentences were sent again. Immutable. */
public final class ReplayMarkers {
  private static final AvroCodec<DeadLetterReplay> WRITER = AvroCodec.of(DeadLetterReplay.class);

  /** A marker that another version wrote and this one cannot read is a marker all the same. */
  private final Map<String, Optional<DeadLetterReplay>> byReplaced;

  private ReplayMarkers(Map<String, Optional<DeadLetterReplay>> byReplaced) {
    this.byReplaced = Map.copyOf(byReplaced);
  }

  static ReplayMarkers read(Consumer<byte[], byte[]> consumer, WriterSchemas schemas) {
    AvroCodec<DeadLetterReplay> codec = AvroCodec.of(DeadLetterReplay.class, schemas);
    Map<String, Optional<DeadLetterReplay>> found = new HashMap<>();
    new CommittedRecords(consumer, CommittedRecords.partitionsOf(consumer, Topics.REPLAYS))
        .forEach(record -> add(found, codec, record), CommittedRecords.Progress.NONE);
    return new ReplayMarkers(found);
  }

  private static void add(
      Map<String, Optional<DeadLetterReplay>> found,
      AvroCodec<DeadLetterReplay> codec,
      ConsumerRecord<byte[], byte[]> record) {
    if (record.key() == null) {
      return;
    }
    String replaced = new String(record.key(), StandardCharsets.UTF_8);
    if (record.value() == null) {
      found.remove(replaced);
      return;
    }
    try {
      found.put(replaced, Optional.of(codec.decode(record.value())));
    } catch (UndecodableRecordException | UnknownSchemaException e) {
      found.put(replaced, Optional.empty());
    }
  }

  /** Whether the sentence that was refused at this place was sent again. */
  public boolean contains(Origin replaced) {
    return byReplaced.containsKey(OriginText.format(replaced));
  }

  /** When, by whom and where to, if it was. */
  public Optional<DeadLetterReplay> of(Origin replaced) {
    return byReplaced.getOrDefault(OriginText.format(replaced), Optional.empty());
  }

  static ProducerRecord<byte[], byte[]> record(DeadLetterReplay replay) {
    return new ProducerRecord<>(
        Topics.REPLAYS,
        OriginText.format(replay.getReplaced()).getBytes(StandardCharsets.UTF_8),
        WRITER.encode(replay));
  }
}
