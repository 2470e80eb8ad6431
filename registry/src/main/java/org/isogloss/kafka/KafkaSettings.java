package org.isogloss.kafka;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The cluster and how to speak to it. The maps are fresh at each call, and the caller's to change.
 *
 * @param bootstrapServers {@code host:port}, several separated by commas
 * @param extra client properties that every client gets, last; security settings for instance
 */
public record KafkaSettings(String bootstrapServers, Map<String, String> extra) {
  /** The largest record that any client of ours sends: more than any topic of ours takes. */
  public static final int MAX_REQUEST_BYTES = 8 << 20;

  // A person may be waiting to hear that the address is wrong.
  private static final int ADMIN_TIMEOUT_MILLIS = 20_000;
  private static final int ADMIN_REQUEST_TIMEOUT_MILLIS = 10_000;
  private static final int METADATA_MAX_AGE_MILLIS = 10_000;
  private static final int RECONNECT_BACKOFF_MAX_MILLIS = 500;

  public KafkaSettings {
    if (bootstrapServers.isBlank()) {
      throw new IllegalArgumentException("no bootstrap servers");
    }
    extra = Map.copyOf(extra);
  }

  public static KafkaSettings of(String bootstrapServers) {
    return new KafkaSettings(bootstrapServers, Map.of());
  }

  /** A consumer that is assigned its partitions by hand. */
  public Map<String, Object> consumer() {
    Map<String, Object> properties = common();
    properties.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    properties.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    properties.putAll(extra);
    return properties;
  }

  /** A consumer of this group. */
  public Map<String, Object> consumer(String group) {
    Map<String, Object> properties = consumer();
    properties.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    return properties;
  }

  /** An idempotent producer with all acknowledgements. */
  public Map<String, Object> producer() {
    Map<String, Object> properties = common();
    properties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    properties.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_REQUEST_BYTES);
    properties.putAll(extra);
    return properties;
  }

  /**
   * A transactional producer; the id is stable per slot, so that a restart fences its predecessor.
   */
  public Map<String, Object> producer(String transactionalId) {
    Map<String, Object> properties = producer();
    properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
    return properties;
  }

  /** An administration client. */
  public Map<String, Object> admin() {
    Map<String, Object> properties = common();
    properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, ADMIN_REQUEST_TIMEOUT_MILLIS);
    properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ADMIN_TIMEOUT_MILLIS);
    properties.putAll(extra);
    return properties;
  }

  /** What every client has: address, patience, no metrics to the broker, and what is extra. */
  public Map<String, Object> common() {
    Map<String, Object> properties = new HashMap<>();
    properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    properties.put(CommonClientConfigs.METADATA_MAX_AGE_CONFIG, METADATA_MAX_AGE_MILLIS);
    properties.put(
        CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, RECONNECT_BACKOFF_MAX_MILLIS);
    // Nothing of ours pushes client metrics to the broker.
    properties.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
    properties.putAll(extra);
    return properties;
  }
}
