package org.isogloss.streams.kafka;

import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsConfig;
import org.isogloss.kafka.KafkaSettings;

/** How a Kafka Streams application of ours speaks to the cluster. */
public final class StreamsSettings {
  private static final int COMMIT_INTERVAL_MILLIS = 100;
  private static final int STREAMS_SESSION_TIMEOUT_MILLIS = 10_000;
  private static final int STREAMS_HEARTBEAT_MILLIS = 1_000;
  private static final int STREAMS_TRANSACTION_TIMEOUT_MILLIS = 15_000;

  private StreamsSettings() {}

  /**
   * A Kafka Streams application with exactly-once processing that commits ten times a second.
   *
   * @param applicationId also the consumer group and the prefix of internal topics
   * @param stateDirectory where its stores lie
   */
  public static Map<String, Object> of(
      KafkaSettings kafka, String applicationId, Path stateDirectory) {
    Map<String, Object> properties = kafka.streams();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId);
    properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDirectory.toAbsolutePath().toString());
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, COMMIT_INTERVAL_MILLIS);
    properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
    // The internal topics take the cluster's default, which its operator knows better.
    properties.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, -1);
    properties.put(
        StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class.getName());
    properties.put(
        StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class.getName());
    properties.put(
        StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    properties.put(
        StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG),
        STREAMS_SESSION_TIMEOUT_MILLIS);
    properties.put(
        StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG),
        STREAMS_HEARTBEAT_MILLIS);
    properties.put(
        StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG),
        KafkaSettings.MAX_REQUEST_BYTES);
    properties.put(
        StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
        STREAMS_TRANSACTION_TIMEOUT_MILLIS);
    properties.putAll(kafka.streamsExtra());
    return properties;
  }
}
