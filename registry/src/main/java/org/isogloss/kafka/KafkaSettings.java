package org.isogloss.kafka;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * The cluster and how to speak to it. The maps are fresh at each call, and the caller's to change.
 *
 * @param bootstrapServers {@code host:port}, several separated by commas
 * @param extra client properties on top of ours, security settings for instance; for one kind of
 *     client where the name has its prefix ({@link ClientProperties})
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

  /**
   * The cluster that a person names.
   *
   * @param address {@code host:port}; the file's {@code bootstrap.servers} unless given
   * @param file of client properties
   * @return empty if neither names an address
   * @throws IsoglossException BAD_OPTION as {@link ClientProperties#read}
   */
  public static Optional<KafkaSettings> named(Optional<String> address, Optional<Path> file) {
    Map<String, String> extra = file.map(ClientProperties::read).orElse(Map.of());
    return address
        .or(() -> Optional.ofNullable(extra.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG)))
        .map(servers -> new KafkaSettings(servers, extra));
  }

  /** What to tell whoever gave properties without a cluster that they would be for. */
  public static IsoglossException propertiesWithoutAddress() {
    return new IsoglossException(
        ErrorCode.BAD_OPTION,
        "--kafka-config is for a cluster: give --bootstrap-servers, or bootstrap.servers in the file");
  }

  /** The same with another property; it wins. */
  public KafkaSettings with(String name, String value) {
    Map<String, String> more = new HashMap<>(extra);
    more.put(name, value);
    return new KafkaSettings(bootstrapServers, more);
  }

  /** How the cluster is spoken to: {@code PLAINTEXT} unless the properties say otherwise. */
  public String securityProtocol() {
    return extra.getOrDefault(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, "PLAINTEXT");
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
    properties.putAll(consumerExtra());
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
    properties.putAll(producerExtra());
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
    properties.putAll(ClientProperties.of(ClientProperties.ADMIN, extra));
    return properties;
  }

  /** For Kafka Streams: these are ours, and {@link #streamsExtra} goes on top. */
  public Map<String, Object> streams() {
    return common();
  }

  /** What Kafka Streams gets on top of all else. */
  public Map<String, String> streamsExtra() {
    return ClientProperties.ofStreams(extra);
  }

  /** What a consumer gets on top of all else. */
  public Map<String, String> consumerExtra() {
    return ClientProperties.of(ClientProperties.CONSUMER, extra);
  }

  /** What a producer gets on top of all else. */
  public Map<String, String> producerExtra() {
    return ClientProperties.of(ClientProperties.PRODUCER, extra);
  }

  /** What every client has: address, patience, no metrics to the broker. */
  private Map<String, Object> common() {
    Map<String, Object> properties = new HashMap<>();
    properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    properties.put(CommonClientConfigs.METADATA_MAX_AGE_CONFIG, METADATA_MAX_AGE_MILLIS);
    properties.put(
        CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, RECONNECT_BACKOFF_MAX_MILLIS);
    // Nothing of ours pushes client metrics to the broker.
    properties.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
    return properties;
  }

  /** Names of properties only: values may be secrets. */
  @Override
  public String toString() {
    return "KafkaSettings[%s, %s]".formatted(bootstrapServers, new TreeSet<>(extra.keySet()));
  }
}
