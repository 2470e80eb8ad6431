package org.isogloss.streams.mine;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.StreamsConfig;
import org.isogloss.encoder.engine.Similarities;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.TopicAdmin;
import org.isogloss.schemas.topic.SchemaFollower;
import org.isogloss.schemas.topic.SchemaTopic;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.kafka.StreamsLifecycle;
import org.isogloss.streams.kafka.StreamsSettings;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mines sealed scopes, exactly once. Several miners of one application id share the partitions. The
 * package describes what goes in and comes out.
 */
public final class Miner implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Miner.class);
  private static final Duration START_TIMEOUT = Duration.ofMinutes(5);
  private static final Duration SCHEMA_TIMEOUT = Duration.ofSeconds(30);

  private final MinerOptions options;
  private final KafkaSettings settings;
  private final MeterRegistry registry;
  private final PairSearch search;
  private final CompletableFuture<IsoglossException> failure = new CompletableFuture<>();
  private final ExecutorService searcher =
      Executors.newSingleThreadExecutor(daemon("isogloss-miner-search"));
  private final ExecutorService sealing =
      Executors.newSingleThreadExecutor(daemon("isogloss-miner-seal"));

  private final Set<String> beingSealed = ConcurrentHashMap.newKeySet();
  private @Nullable SchemaFollower schemas;
  private volatile @Nullable StreamsLifecycle streams;
  private volatile boolean closed;

  public Miner(MinerOptions options, KafkaSettings settings, MeterRegistry registry) {
    this(
        options,
        settings,
        registry,
        new MarginSearch(options.mining(), new Similarities(options.similarity())));
  }

  Miner(MinerOptions options, KafkaSettings settings, MeterRegistry registry, PairSearch search) {
    this.search = search;
    this.options = options;
    this.settings = settings;
    this.registry = registry;
  }

  /**
   * Starts, and returns when the miner works on its partitions: after a loss of local state that is
   * when the stores are rebuilt.
   *
   * @throws IsoglossException BAD_TOPIC, BROKER_UNREACHABLE, TIMED_OUT
   */
  public void start() {
    // Not under the lock: a close must not wait until the stores are rebuilt.
    prepare().start(START_TIMEOUT);
  }

  private synchronized StreamsLifecycle prepare() {
    if (streams != null || closed) {
      throw new IllegalStateException("a miner starts once");
    }
    requireEqualPartitions();
    SchemaFollower followed;
    try {
      SchemaTopic.registerOurs(settings.consumer(), settings.producer(), SCHEMA_TIMEOUT);
      followed = SchemaFollower.start(settings.consumer(), SCHEMA_TIMEOUT);
    } catch (KafkaException e) {
      throw new IsoglossException(
          ErrorCode.BROKER_UNREACHABLE, "the schemas cannot be read or registered: " + e, e);
    }
    schemas = followed;
    Map<String, Object> properties =
        StreamsSettings.of(settings, options.applicationId(), options.stateDirectory());
    properties.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
    MinerParts parts =
        MinerParts.of(
            options,
            followed,
            search,
            searcher,
            this::sealIdle,
            System::nanoTime,
            new MinerMeters(registry));
    StreamsLifecycle lifecycle = new StreamsLifecycle("miner", MinerTopology.of(parts), properties);
    streams = lifecycle;
    var _ = lifecycle.failure().thenAccept(failure::complete);
    registry.gauge("isogloss.miner.lag", lifecycle, StreamsLifecycle::lag);
    return lifecycle;
  }

  /** Whether all partitions of this miner are being worked on. */
  public boolean isRunning() {
    StreamsLifecycle running = streams;
    return running != null && !closed && running.isRunning();
  }

  /** Completes with the reason when the miner cannot go on; never otherwise. */
  public CompletableFuture<IsoglossException> failure() {
    return failure.copy();
  }

  private void requireEqualPartitions() {
    Map<String, Integer> partitions =
        TopicAdmin.partitions(
            settings,
            List.of(Topics.EMBEDDINGS, Topics.DEAD_LETTERS, Topics.SCOPES, Topics.BITEXT));
    if (new HashSet<>(partitions.values()).size() > 1) {
      throw new IsoglossException(
          ErrorCode.BAD_TOPIC, "the miner needs equally many partitions of " + partitions);
    }
  }

  private void sealIdle(String scope) {
    if (!beingSealed.add(scope)) {
      return;
    }
    try {
      sealing.execute(
          () -> {
            try {
              if (!closed) {
                new Sealer(settings).seal(scope);
              }
            } catch (IsoglossException e) {
              log.warn("the idle scope {} could not be sealed yet: {}", scope, e.getMessage());
            } finally {
              beingSealed.remove(scope);
            }
          });
    } catch (RejectedExecutionException e) {
      log.debug("closing: the idle scope {} is sealed by the next miner", scope);
    }
  }

  /** Finishes the transaction under way and leaves; mining goes on where it stood. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    // A seal under way is finished: interrupted, it might stand in the topic and be unknown here.
    sealing.shutdown();
    StreamsLifecycle running = streams;
    if (running != null) {
      running.close();
    }
    // A search under way sees that it is cancelled, and frees its vectors; only then is it closed.
    searcher.execute(search::close);
    searcher.shutdown();
    SchemaFollower followed = schemas;
    if (followed != null) {
      followed.close();
    }
  }

  private static ThreadFactory daemon(String name) {
    return Thread.ofPlatform().daemon().name(name).factory();
  }
}
