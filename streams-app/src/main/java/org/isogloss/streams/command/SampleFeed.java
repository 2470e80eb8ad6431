package org.isogloss.streams.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.record.Sentence;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.sample.SampleSentence;

/** Streams the sample corpus into a scope. */
final class SampleFeed {
  private static final String SOURCE = "sample";

  private SampleFeed() {}

  /**
   * Sends all sentences and returns when the broker has them.
   *
   * @throws IsoglossException SEND_FAILED
   */
  static void send(KafkaSettings kafka, List<SampleSentence> sentences, String scope) {
    AvroCodec<Sentence> codec = AvroCodec.of(Sentence.class);
    try (Producer<byte[], byte[]> producer = new KafkaProducer<>(kafka.producer())) {
      List<Future<RecordMetadata>> sent =
          sentences.stream()
              .map(
                  each ->
                      Sentence.newBuilder()
                          .setId(each.id())
                          .setText(each.text())
                          .setLanguage(each.language())
                          .setScope(scope)
                          .setSource(SOURCE)
                          .build())
              .map(
                  sentence ->
                      producer.send(
                          new ProducerRecord<>(
                              Topics.SENTENCES,
                              sentence.getId().getBytes(UTF_8),
                              codec.encode(sentence))))
              .toList();
      for (Future<RecordMetadata> each : sent) {
        each.get();
      }
    } catch (KafkaException | ExecutionException e) {
      throw failed(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed(e);
    }
  }

  private static IsoglossException failed(Exception e) {
    return new IsoglossException(
        ErrorCode.SEND_FAILED, "the sample corpus could not be sent: " + e.getMessage(), e);
  }
}
