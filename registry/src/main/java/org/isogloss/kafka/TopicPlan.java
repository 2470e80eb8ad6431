package org.isogloss.kafka;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.TopicConfig;
import org.isogloss.schemas.topic.Topics;

/**
 * The topics the program needs.
 *
 * @param topics in the order they are created
 * @param replicationFactor of every topic, or {@link #CLUSTER_DEFAULT}
 */
public record TopicPlan(List<TopicSpec> topics, short replicationFactor) {
  /** Leaves the replication factor to the cluster. */
  public static final short CLUSTER_DEFAULT = -1;

  /** Partitions of {@code sentences} and {@code encode-requests} unless told otherwise. */
  public static final int SENTENCE_PARTITIONS = 8;

  /** Partitions of the topics placed by scope unless told otherwise. */
  public static final int SCOPE_PARTITIONS = 4;

  /**
   * The topics placed by scope: the miner joins them, so all have the same number of partitions.
   */
  public static final List<String> BY_SCOPE =
      List.of(Topics.EMBEDDINGS, Topics.DEAD_LETTERS, Topics.SCOPES, Topics.BITEXT);

  // A sentence may grow on its way: by normalisation, and by the headers of a dead letter.
  private static final int SENTENCE_BYTES = 1 << 20;
  private static final int DERIVED_BYTES = 4 << 20;

  public TopicPlan {
    topics = List.copyOf(topics);
    if (replicationFactor != CLUSTER_DEFAULT && replicationFactor < 1) {
      throw new IllegalArgumentException("no replication factor: " + replicationFactor);
    }
  }

  /** Every topic of the pipeline, with the default partitions. */
  public static TopicPlan standard() {
    return standard(SENTENCE_PARTITIONS, SCOPE_PARTITIONS);
  }

  /** Every topic of the pipeline. */
  public static TopicPlan standard(int sentencePartitions, int scopePartitions) {
    List<TopicSpec> topics = new ArrayList<>();
    topics.add(log(Topics.SENTENCES, sentencePartitions, SENTENCE_BYTES));
    topics.add(log(Topics.ENCODE_REQUESTS, sentencePartitions, DERIVED_BYTES));
    topics.add(log(Topics.EMBEDDINGS, scopePartitions, DERIVED_BYTES));
    topics.add(log(Topics.DEAD_LETTERS, scopePartitions, DERIVED_BYTES));
    topics.add(compacted(Topics.SCOPES, scopePartitions));
    topics.add(compacted(Topics.BITEXT, scopePartitions));
    topics.add(compacted(Topics.MODULES, 1));
    topics.add(lasting(Topics.MODULE_EVENTS, 1, SENTENCE_BYTES));
    topics.add(compacted(Topics.TRAINING_JOBS, 1));
    topics.add(compacted(Topics.REPLAYS, 1));
    topics.add(compacted(Topics.SCHEMAS, 1));
    return new TopicPlan(topics, CLUSTER_DEFAULT);
  }

  /** The same topics with this replication factor. */
  public TopicPlan replicated(short factor) {
    return new TopicPlan(topics, factor);
  }

  /** A topic whose records expire by the cluster's rule. */
  public static TopicSpec log(String name, int partitions, int maxMessageBytes) {
    return new TopicSpec(
        name,
        partitions,
        Map.of(
            TopicConfig.CLEANUP_POLICY_CONFIG,
            TopicConfig.CLEANUP_POLICY_DELETE,
            TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
            Integer.toString(maxMessageBytes)));
  }

  /** A small topic whose records never expire: what was refused and loaded is known from it. */
  private static TopicSpec lasting(String name, int partitions, int maxMessageBytes) {
    return new TopicSpec(
        name,
        partitions,
        Map.of(
            TopicConfig.CLEANUP_POLICY_CONFIG,
            TopicConfig.CLEANUP_POLICY_DELETE,
            TopicConfig.RETENTION_MS_CONFIG,
            "-1",
            TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
            Integer.toString(maxMessageBytes)));
  }

  /** A topic that keeps the last record of each key. */
  public static TopicSpec compacted(String name, int partitions) {
    return new TopicSpec(
        name,
        partitions,
        Map.of(
            TopicConfig.CLEANUP_POLICY_CONFIG,
            TopicConfig.CLEANUP_POLICY_COMPACT,
            TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
            Integer.toString(DERIVED_BYTES)));
  }
}
