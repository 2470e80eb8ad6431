package org.isogloss.streams.route;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.StreamsConfig;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.TopicAdmin;
import org.isogloss.schemas.topic.SchemaFollower;
import org.isogloss.schemas.topic.SchemaTopic;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.identify.LanguageIdentifier;
import org.isogloss.streams.kafka.StreamsLifecycle;
import org.isogloss.streams.kafka.StreamsSettings;
import org.jspecify.annotations.Nullable;

/**
 * A running router; the package describes it. Several of one application id share the partitions.
 */
public final class Router implements AutoCloseable {
  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
  // Normalisation at most triples the bytes of a text; a dead letter repeats the scope.
  private static final long GROWTH = 3;
  private static final Duration SCHEMA_TIMEOUT = Duration.ofSeconds(30);

  private final RouterOptions options;
  private final KafkaSettings settings;
  private final LanguageIdentifier identifier;
  private final RouterMeters meters;
  private final CompletableFuture<IsoglossException> failure = new CompletableFuture<>();
  private @Nullable SchemaFollower schemas;
  private @Nullable StreamsLifecycle streams;
  private boolean closed;

  /**
   * @param identifier used where a sentence comes without a language, and by the policies that
   *     check
   */
  public Router(
      RouterOptions options,
      KafkaSettings settings,
      LanguageIdentifier identifier,
      MeterRegistry registry) {
    this.options = options;
    this.settings = settings;
    this.identifier = identifier;
    this.meters = new RouterMeters(registry);
  }

  /**
   * Starts, and returns when sentences are being routed.
   *
   * @throws IsoglossException BAD_TOPIC where a topic is missing; BROKER_UNREACHABLE; TIMED_OUT
   */
  public synchronized void start() {
    if (streams != null || closed) {
      throw new IllegalStateException("a router starts once");
    }
    TopicAdmin.partitions(
        settings, List.of(options.input(), options.output(), Topics.DEAD_LETTERS, Topics.SCHEMAS));
    requireRoom();
    try {
      SchemaTopic.registerOurs(settings.consumer(), settings.producer(), SCHEMA_TIMEOUT);
      schemas = SchemaFollower.start(settings.consumer(), SCHEMA_TIMEOUT);
    } catch (KafkaException e) {
      throw new IsoglossException(
          ErrorCode.BROKER_UNREACHABLE, "the schemas cannot be read or registered: " + e, e);
    }
    SentenceRouting routing =
        new SentenceRouting(
            schemas,
            new TextRules(options.maxCharacters()),
            new LanguageRules(options.policy(), identifier),
            options.views());
    Map<String, Object> properties =
        StreamsSettings.of(settings, options.applicationId(), options.stateDirectory());
    properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, options.threads());
    StreamsLifecycle lifecycle =
        new StreamsLifecycle("router", RouterTopology.of(options, routing, meters), properties);
    streams = lifecycle;
    meters.follow(lifecycle);
    var unused = lifecycle.failure().thenAccept(failure::complete);
    lifecycle.start(START_TIMEOUT);
  }

  /** A record too large for where it goes would stop the stream: its like must not get in. */
  private void requireRoom() {
    Map<String, Integer> limits =
        TopicAdmin.maxMessageBytes(
            settings, List.of(options.input(), options.output(), Topics.DEAD_LETTERS));
    long needed = GROWTH * Objects.requireNonNull(limits.get(options.input()));
    for (String topic : List.of(options.output(), Topics.DEAD_LETTERS)) {
      if (Objects.requireNonNull(limits.get(topic)) < needed) {
        throw new IsoglossException(
            ErrorCode.BAD_TOPIC,
            "%s takes records of %d bytes, so %s must take %d (max.message.bytes), and takes %d"
                .formatted(
                    options.input(),
                    limits.get(options.input()),
                    topic,
                    needed,
                    limits.get(topic)));
      }
    }
  }

  /** Whether all its partitions are being worked on. */
  public synchronized boolean isRunning() {
    return streams != null && !closed && streams.isRunning();
  }

  /** Completes if the router stops on its own, with the reason; never otherwise. */
  public CompletableFuture<IsoglossException> failure() {
    return failure.copy();
  }

  /** Commits what is routed and leaves. A second call does nothing. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (streams != null) {
      streams.close();
    }
    if (schemas != null) {
      schemas.close();
    }
  }
}
