package org.isogloss.it.faults;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.isogloss.it.replay.Place;
import org.isogloss.schemas.record.Embedding;
import org.isogloss.schemas.record.Sentence;

/**
 * How long sentences took to be encoded that came while one language flooded, from the time of the
 * sentence's record to that of the embedding's.
 *
 * @param byLanguage those that had any
 */
record FloodLatency(SortedMap<String, Waiting> byLanguage) {
  /** Of one language. */
  record Waiting(int sentences, long medianMillis, long ninetyNinthMillis) {
    private static Waiting of(List<Long> millis) {
      millis.sort(null);
      return new Waiting(millis.size(), at(millis, 0.5), at(millis, 0.99));
    }

    private static long at(List<Long> sorted, double share) {
      return sorted.get((int) (share * (sorted.size() - 1)));
    }

    @Override
    public String toString() {
      return "%d ms (99 of 100 within %d; %d)"
          .formatted(medianMillis, ninetyNinthMillis, sentences);
    }
  }

  static FloodLatency of(
      List<ConsumerRecord<byte[], byte[]>> sentences,
      List<ConsumerRecord<byte[], byte[]>> embeddings) {
    Map<Place, Long> sent = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : sentences) {
      if (isOfAFlood(record)) {
        sent.put(new Place(record.partition(), record.offset()), record.timestamp());
      }
    }
    Map<String, List<Long>> millis = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : embeddings) {
      Embedding embedding = embedding(record);
      Place origin =
          new Place(embedding.getOrigin().getPartition(), embedding.getOrigin().getOffset());
      Long since = sent.get(origin);
      if (since != null) {
        millis
            .computeIfAbsent(embedding.getLanguage(), language -> new ArrayList<>())
            .add(record.timestamp() - since);
      }
    }
    SortedMap<String, Waiting> byLanguage = new TreeMap<>();
    millis.forEach((language, each) -> byLanguage.put(language, Waiting.of(each)));
    return new FloodLatency(byLanguage);
  }

  private static Embedding embedding(ConsumerRecord<byte[], byte[]> record) {
    try {
      return Embedding.fromByteBuffer(ByteBuffer.wrap(record.value()));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
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
}
