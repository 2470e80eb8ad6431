package org.isogloss.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/** Creates topics, and waits until they can be written to. */
public final class TopicAdmin {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final Duration RETRY = Duration.ofMillis(50);

  private TopicAdmin() {}

  /**
   * Creates those topics that are missing and returns when every partition of every topic has a
   * leader that answers. Topics that are there already stay as they are, save that the topics
   * placed by scope must have equally many partitions.
   *
   * @throws IsoglossException BROKER_UNREACHABLE, or BAD_TOPIC where a topic cannot be created or
   *     does not fit the others
   */
  public static void createMissing(KafkaSettings settings, TopicPlan plan) {
    try (Admin admin = Admin.create(settings.admin())) {
      Set<String> present = await(admin.listTopics().names());
      List<NewTopic> missing = new ArrayList<>();
      for (TopicSpec topic : plan.topics()) {
        if (!present.contains(topic.name())) {
          missing.add(
              new NewTopic(
                      topic.name(),
                      Optional.of(topic.partitions()),
                      plan.replicationFactor() == TopicPlan.CLUSTER_DEFAULT
                          ? Optional.empty()
                          : Optional.of(plan.replicationFactor()))
                  .configs(topic.configuration()));
        }
      }
      if (!missing.isEmpty()) {
        create(admin, missing);
      }
      Map<String, Integer> partitions =
          awaitLeaders(admin, plan.topics().stream().map(TopicSpec::name).toList());
      requireEqualPartitions(partitions);
    }
  }

  /**
   * The number of partitions of each of these topics.
   *
   * @throws IsoglossException BAD_TOPIC where one is missing, NOT_AUTHORISED, or BROKER_UNREACHABLE
   */
  public static Map<String, Integer> partitions(KafkaSettings settings, Collection<String> topics) {
    try (Admin admin = Admin.create(settings.admin())) {
      Set<String> present = await(admin.listTopics().names());
      List<String> missing = topics.stream().filter(t -> !present.contains(t)).sorted().toList();
      if (!missing.isEmpty()) {
        requireNotHidden(admin, missing);
        throw new IsoglossException(
            ErrorCode.BAD_TOPIC,
            "missing at " + settings.bootstrapServers() + ": " + String.join(", ", missing));
      }
      return awaitLeaders(admin, topics);
    }
  }

  /**
   * The largest batch, in bytes, that each of these topics takes.
   *
   * @throws IsoglossException BAD_TOPIC where one is missing, NOT_AUTHORISED, or BROKER_UNREACHABLE
   */
  public static Map<String, Integer> maxMessageBytes(
      KafkaSettings settings, Collection<String> topics) {
    try (Admin admin = Admin.create(settings.admin())) {
      List<ConfigResource> resources =
          topics.stream().map(t -> new ConfigResource(ConfigResource.Type.TOPIC, t)).toList();
      Map<String, Integer> limits = new HashMap<>();
      await(admin.describeConfigs(resources).all())
          .forEach(
              (topic, configuration) ->
                  limits.put(
                      topic.name(),
                      Integer.parseInt(
                          configuration.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG).value())));
      return limits;
    }
  }

  /** A list leaves out what we may not see; asked for by name, it is refused. */
  private static void requireNotHidden(Admin admin, List<String> topics) {
    try {
      get(admin.describeTopics(topics).allTopicNames());
    } catch (ExecutionException e) {
      Optional<IsoglossException> refusal = KafkaAccess.refusal(e);
      if (refusal.isPresent()) {
        throw refusal.get();
      }
    }
  }

  private static void create(Admin admin, List<NewTopic> missing) {
    try {
      for (KafkaFuture<Void> created : admin.createTopics(missing).values().values()) {
        awaitCreated(created);
      }
    } catch (IsoglossException e) {
      if (!KafkaAccess.isRefusal(e.code())) {
        throw e;
      }
      // To whoever may not see a topic it does not exist.
      throw new IsoglossException(
          e.code(),
          "missing, or hidden from us: "
              + missing.stream().map(NewTopic::name).sorted().collect(Collectors.joining(", "))
              + "; `isogloss topics` creates them for whoever may: "
              + e.reason(),
          e);
    }
  }

  private static void awaitCreated(KafkaFuture<Void> created) {
    try {
      await(created);
    } catch (IsoglossException e) {
      // Another process was faster.
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw e;
      }
    }
  }

  private static Map<String, Integer> awaitLeaders(Admin admin, Collection<String> topics) {
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    while (true) {
      try {
        Map<String, TopicDescription> described = get(admin.describeTopics(topics).allTopicNames());
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        described.forEach(
            (name, topic) ->
                topic
                    .partitions()
                    .forEach(
                        p ->
                            ends.put(
                                new TopicPartition(name, p.partition()), OffsetSpec.latest())));
        get(admin.listOffsets(ends).all());
        return described.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().partitions().size()));
      } catch (ExecutionException e) {
        // A topic just made may be unknown to the broker that answers, or have no leader yet.
        boolean passing =
            e.getCause() instanceof RetriableException
                || e.getCause() instanceof UnknownTopicOrPartitionException;
        if (!passing || System.nanoTime() - deadline > 0) {
          throw failure(e);
        }
        pause();
      }
    }
  }

  private static void requireEqualPartitions(Map<String, Integer> partitions) {
    Map<String, Integer> byScope = new TreeMap<>(partitions);
    byScope.keySet().retainAll(TopicPlan.BY_SCOPE);
    if (byScope.values().stream().distinct().count() > 1) {
      throw new IsoglossException(
          ErrorCode.BAD_TOPIC,
          "the topics placed by scope need equally many partitions and have " + byScope);
    }
  }

  private static <T> T await(KafkaFuture<T> future) {
    try {
      return get(future);
    } catch (ExecutionException e) {
      throw failure(e);
    }
  }

  private static <T> T get(KafkaFuture<T> future) throws ExecutionException {
    try {
      return future.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IsoglossException(ErrorCode.TIMED_OUT, "interrupted while waiting for topics", e);
    } catch (java.util.concurrent.TimeoutException e) {
      throw new IsoglossException(ErrorCode.BROKER_UNREACHABLE, "no answer within " + TIMEOUT, e);
    }
  }

  private static IsoglossException failure(ExecutionException failed) {
    Throwable cause = failed.getCause() == null ? failed : failed.getCause();
    Optional<IsoglossException> refusal = KafkaAccess.refusal(failed);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    return cause instanceof TimeoutException
        ? new IsoglossException(
            ErrorCode.BROKER_UNREACHABLE, "no answer: " + cause.getMessage(), cause)
        : new IsoglossException(ErrorCode.BAD_TOPIC, String.valueOf(cause.getMessage()), cause);
  }

  private static void pause() {
    try {
      Thread.sleep(RETRY);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IsoglossException(ErrorCode.TIMED_OUT, "interrupted while waiting for topics", e);
    }
  }
}
