package org.isogloss.streams.mine;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.isogloss.kafka.CommittedRecords;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.codec.UndecodableRecordException;
import org.isogloss.schemas.record.Embedding;
import org.isogloss.schemas.record.Sentence;
import org.isogloss.schemas.record.VectorType;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.deadletter.DeadLetter;
import org.isogloss.streams.deadletter.DeadLetters;
import org.isogloss.streams.deadletter.Stage;
import org.isogloss.streams.place.Placement;

/** Stands for router and encoder: turns what stands in the topic of sentences into embeddings. */
final class FakeEncoder {
  private final KafkaSettings settings;
  private final int partitions;

  FakeEncoder(KafkaSettings settings, int partitions) {
    this.settings = settings;
    this.partitions = partitions;
  }

  /**
   * Embeds the sentences of a scope that are not among the given ones yet.
   *
   * @param vectors the vector of a sentence; empty: it becomes a dead letter
   * @return all items of the scope so far
   */
  List<Item> embed(String scope, List<Item> before, Function<Sentence, Optional<float[]>> vectors) {
    List<Item> items = new ArrayList<>(before);
    AvroCodec<Sentence> sentences = AvroCodec.of(Sentence.class);
    AvroCodec<Embedding> embeddings = AvroCodec.of(Embedding.class);
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings.consumer());
        Producer<byte[], byte[]> producer = new KafkaProducer<>(settings.producer())) {
      new CommittedRecords(consumer, CommittedRecords.partitionsOf(consumer, Topics.SENTENCES))
          .forEach(
              record -> {
                Optional<Sentence> sentence = sentence(sentences, record);
                Place place = new Place(record.partition(), record.offset());
                if (sentence.isEmpty()
                    || !sentence.get().getScope().equals(scope)
                    || before.stream().anyMatch(item -> item.place().equals(place))) {
                  return;
                }
                Optional<float[]> vector = vectors.apply(sentence.get());
                String id = sentence.get().getId();
                if (vector.isEmpty()) {
                  var _ =
                      producer.send(
                          DeadLetters.record(
                              new DeadLetter(
                                  Stage.ROUTE, "ISO-101", "empty", scope, place.origin()),
                              record.key(),
                              record.value(),
                              partitions));
                  return;
                }
                Item item =
                    new Item(
                        scope,
                        sentence.get().getLanguage().orElseThrow(),
                        id,
                        place,
                        vector.get(),
                        VectorType.FP32,
                        Item.SPACE);
                items.add(item);
                var _ =
                    producer.send(
                        new ProducerRecord<>(
                            Topics.EMBEDDINGS,
                            Placement.forScope(scope, id, partitions),
                            id.getBytes(StandardCharsets.UTF_8),
                            embeddings.encode(item.embedding())));
              },
              CommittedRecords.Progress.NONE);
      producer.flush();
    }
    return items;
  }

  private static Optional<Sentence> sentence(
      AvroCodec<Sentence> codec, ConsumerRecord<byte[], byte[]> record) {
    try {
      return record.value() == null ? Optional.empty() : Optional.of(codec.decode(record.value()));
    } catch (UndecodableRecordException e) {
      return Optional.empty();
    }
  }
}
