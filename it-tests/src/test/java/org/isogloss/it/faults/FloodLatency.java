package org.isogloss.it.faults;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.isogloss.it.replay.Place;
import org.isogloss.schemas.record.Embedding;
import org.isogloss.schemas.record.Sentence;

/**
 * How long sentences took to be encoded that came while one language flooded, from the time of the
 * sentence's record to that of the embedding's; 0 where there are none.
 *
 * @param flooding how many of the flooding language
 * @param others how many of all others
 */
record FloodLatency(
    int flooding,
    double floodingMedianMillis,
    double flooding99thMillis,
    int others,
    double othersMedianMillis,
    double others99thMillis) {

  static FloodLatency of(
      List<ConsumerRecord<byte[], byte[]>> sentences,
      List<ConsumerRecord<byte[], byte[]>> embeddings) {
    Map<Place, Long> sent = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : sentences) {
      if (isOfAFlood(record)) {
        sent.put(new Place(record.partition(), record.offset()), record.timestamp());
      }
    }
    List<Long> flooding = new ArrayList<>();
    List<Long> others = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : embeddings) {
      try {
        Embedding embedding = Embedding.fromByteBuffer(ByteBuffer.wrap(record.value()));
        Long since =
            sent.get(
                new Place(embedding.getOrigin().getPartition(), embedding.getOrigin().getOffset()));
        if (since != null) {
          boolean floods = embedding.getLanguage().equals(SentenceStream.FLOODING);
          (floods ? flooding : others).add(record.timestamp() - since);
        }
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
    flooding.sort(null);
    others.sort(null);
    return new FloodLatency(
        flooding.size(),
        at(flooding, 0.5),
        at(flooding, 0.99),
        others.size(),
        at(others, 0.5),
        at(others, 0.99));
  }

  @Override
  public String toString() {
    return "%s took %.0f ms (99th of 100: %.0f; %d), others %.0f ms (%.0f; %d)"
        .formatted(
            SentenceStream.FLOODING,
            floodingMedianMillis,
            flooding99thMillis,
            flooding,
            othersMedianMillis,
            others99thMillis,
            others);
  }

  private static boolean isOfAFlood(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return false;
    }
    try {
      return Sentence.fromByteBuffer(ByteBuffer.wrap(record.value()))
          .getSource()
          .equals(SentenceStream.FLOOD);
    } catch (IOException | AvroRuntimeException e) {
      return false;
    }
  }

  private static double at(List<Long> sorted, double share) {
    return sorted.isEmpty() ? 0 : sorted.get((int) (share * (sorted.size() - 1)));
  }
}
