package org.isogloss.streams.command;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeProducersResult.PartitionProducerState;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.internals.Topic;
import org.isogloss.kafka.TopicPlan;
import org.isogloss.kafka.TopicSpec;

/**
 * Whether a transaction hangs: a partition holds it for open, and no coordinator knows of it.
 * Nobody will end it, and whoever reads committed records reads no further than its start.
 */
final class TransactionChecks {
  private static final String TRANSACTIONS = "open";

  /** A transaction may end between our two questions; one that has been silent so long does not. */
  private static final Duration SILENT = Duration.ofMinutes(1);

  private TransactionChecks() {}

  /** Of our topics and of the groups' offsets. */
  static Finding finding(Admin admin, int patienceMillis, Instant now)
      throws ExecutionException, TimeoutException, InterruptedException {
    Set<String> topics =
        TopicPlan.standard().topics().stream().map(TopicSpec::name).collect(Collectors.toSet());
    topics.add(Topic.GROUP_METADATA_TOPIC_NAME);
    topics.retainAll(get(admin.listTopics(internalToo()).names(), patienceMillis));
    List<TopicPartition> partitions = new ArrayList<>();
    get(admin.describeTopics(topics).allTopicNames(), patienceMillis)
        .forEach(
            (name, topic) ->
                topic
                    .partitions()
                    .forEach(each -> partitions.add(new TopicPartition(name, each.partition()))));
    try {
      Map<TopicPartition, PartitionProducerState> producers =
          get(admin.describeProducers(partitions).all(), patienceMillis);
      Collection<TransactionListing> running =
          get(
              admin
                  .listTransactions(
                      new ListTransactionsOptions()
                          .filterStates(
                              Set.of(
                                  TransactionState.ONGOING,
                                  TransactionState.PREPARE_COMMIT,
                                  TransactionState.PREPARE_ABORT,
                                  TransactionState.PREPARE_EPOCH_FENCE)))
                  .all(),
              patienceMillis);
      return finding(producers, running, now);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TopicAuthorizationException
          || e.getCause() instanceof ClusterAuthorizationException) {
        return new Finding.Doubtful(
            TRANSACTIONS,
            "we may not see which transactions are open",
            "Ask as an administrator, who may read our topics and describe all transactions.");
      }
      throw e;
    }
  }

  /**
   * @param producers of each partition
   * @param running the transactions that a coordinator will end
   */
  static Finding finding(
      Map<TopicPartition, PartitionProducerState> producers,
      Collection<TransactionListing> running,
      Instant now) {
    Set<Long> known =
        running.stream().map(TransactionListing::producerId).collect(Collectors.toSet());
    long before = now.minus(SILENT).toEpochMilli();
    List<String> hanging = new ArrayList<>();
    producers.forEach(
        (partition, state) ->
            state.activeProducers().stream()
                .filter(each -> each.currentTransactionStartOffset().isPresent())
                .filter(each -> each.lastTimestamp() < before)
                .filter(each -> !known.contains(each.producerId()))
                .forEach(
                    each ->
                        hanging.add(
                            "%s from offset %d on"
                                .formatted(
                                    partition, each.currentTransactionStartOffset().getAsLong()))));
    if (hanging.isEmpty()) {
      return new Finding.Good(TRANSACTIONS, "no transaction hangs");
    }
    hanging.sort(String::compareTo);
    return new Finding.Broken(
        TRANSACTIONS,
        "transactions that no coordinator knows hang in " + String.join(", ", hanging),
        "Stop the workers and end each by `kafka-transactions.sh abort --topic --partition"
            + " --start-offset`; what it held may come twice. See docs/reliability.md.");
  }

  private static ListTopicsOptions internalToo() {
    return new ListTopicsOptions().listInternal(true);
  }

  private static <T> T get(KafkaFuture<T> future, int patienceMillis)
      throws ExecutionException, TimeoutException, InterruptedException {
    return future.get(2L * patienceMillis, TimeUnit.MILLISECONDS);
  }
}
