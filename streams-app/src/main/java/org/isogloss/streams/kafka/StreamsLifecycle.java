package org.isogloss.streams.kafka;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaAccess;
import org.isogloss.kafka.KafkaSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Kafka Streams application from start to end. A thread that dies is replaced, as its
 * transaction was given up and another thread repeats it; where that cannot help, or threads die
 * too often, the application stops and {@link #failure()} says why. Safe for use by many threads.
 */
public final class StreamsLifecycle implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StreamsLifecycle.class);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);
  private static final int REPLACEMENTS = 5;
  private static final Duration REPLACEMENT_PERIOD = Duration.ofMinutes(2);

  private final String name;
  private final KafkaStreams streams;
  private final LongSupplier nanoClock;
  private final Deque<Long> replacedAtNanos = new ArrayDeque<>();
  private final CompletableFuture<IsoglossException> failure = new CompletableFuture<>();
  private final CompletableFuture<Void> running = new CompletableFuture<>();

  /**
   * @param name what stops, for messages: {@code router}
   * @param properties as {@link KafkaSettings#streams} gives them
   */
  public StreamsLifecycle(String name, Topology topology, Map<String, Object> properties) {
    this(name, topology, properties, System::nanoTime);
  }

  StreamsLifecycle(
      String name, Topology topology, Map<String, Object> properties, LongSupplier nanoClock) {
    this.name = name;
    this.nanoClock = nanoClock;
    Properties all = new Properties();
    all.putAll(properties);
    this.streams = new KafkaStreams(topology, all);
    streams.setUncaughtExceptionHandler(this::answer);
    streams.setStateListener(
        (now, before) -> {
          if (now == State.RUNNING) {
            running.complete(null);
          } else if (now == State.ERROR) {
            failure.complete(
                new IsoglossException(ErrorCode.INTERNAL, "the " + name + " stopped; see the log"));
          }
        });
  }

  /**
   * Starts, and returns when the application works on its partitions.
   *
   * @throws IsoglossException what made it stop, or TIMED_OUT
   */
  public void start(Duration timeout) {
    streams.start();
    try {
      CompletableFuture.anyOf(running, failure).get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IsoglossException(
          ErrorCode.TIMED_OUT, "interrupted while the " + name + " starts", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IsoglossException(
          ErrorCode.TIMED_OUT, "the " + name + " did not start within " + timeout, e);
    }
    if (failure.isDone()) {
      throw failure.join();
    }
  }

  /** Whether all its partitions are being worked on. */
  public boolean isRunning() {
    return streams.state() == State.RUNNING && !failure.isDone();
  }

  /** Completes if the application stops on its own, with the reason; never otherwise. */
  public CompletableFuture<IsoglossException> failure() {
    return failure.copy();
  }

  /** Records not consumed yet, of all partitions consumed here, as the consumers know them. */
  public double lag() {
    return streams.metrics().values().stream()
        .filter(metric -> metric.metricName().name().equals("records-lag"))
        .filter(metric -> metric.metricName().group().equals("consumer-fetch-manager-metrics"))
        .mapToDouble(metric -> metric.metricValue() instanceof Number n ? n.doubleValue() : 0)
        .filter(Double::isFinite)
        .sum();
  }

  private synchronized StreamThreadExceptionResponse answer(Throwable thrown) {
    IsoglossException coded = coded(thrown);
    if (isLasting(coded) || isTooOften()) {
      log.error("the {} stops: {}", name, coded.getMessage(), thrown);
      failure.complete(coded);
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }
    log.warn("a thread of the {} is replaced: {}", name, coded.getMessage(), thrown);
    return StreamThreadExceptionResponse.REPLACE_THREAD;
  }

  private boolean isTooOften() {
    long now = nanoClock.getAsLong();
    while (!replacedAtNanos.isEmpty()
        && now - replacedAtNanos.peekFirst() > REPLACEMENT_PERIOD.toNanos()) {
      replacedAtNanos.removeFirst();
    }
    replacedAtNanos.addLast(now);
    return replacedAtNanos.size() > REPLACEMENTS;
  }

  private static boolean isLasting(IsoglossException coded) {
    return switch (coded.code()) {
      case BAD_TOPIC, SEND_FAILED, NOT_AUTHENTICATED, NOT_AUTHORISED -> true;
      default -> false;
    };
  }

  private IsoglossException coded(Throwable thrown) {
    Optional<IsoglossException> refusal = KafkaAccess.refusal(thrown);
    if (refusal.isPresent()) {
      return new IsoglossException(
          refusal.get().code(), "the " + name + ": " + refusal.get().reason(), thrown);
    }
    Throwable root = thrown;
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      root = cause;
      String reason = "the " + name + ": " + cause.getMessage();
      if (cause instanceof IsoglossException coded) {
        return coded;
      } else if (cause instanceof MissingSourceTopicException) {
        return new IsoglossException(ErrorCode.BAD_TOPIC, reason, thrown);
      } else if (cause instanceof RecordTooLargeException) {
        return new IsoglossException(ErrorCode.SEND_FAILED, reason, thrown);
      } else if (cause instanceof org.apache.kafka.common.errors.TimeoutException) {
        return new IsoglossException(ErrorCode.BROKER_UNREACHABLE, reason, thrown);
      }
    }
    return new IsoglossException(ErrorCode.INTERNAL, "the " + name + " failed: " + root, thrown);
  }

  /** Finishes the transaction under way and leaves the group, so that others take over at once. */
  @Override
  public void close() {
    if (!streams.close(
        CloseOptions.timeout(CLOSE_TIMEOUT)
            .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP))) {
      log.warn("the {} did not stop within {}", name, CLOSE_TIMEOUT);
    }
  }
}
