package org.isogloss.streams.command;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeProducersResult.PartitionProducerState;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
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
  static final String TRANSACTIONS = "open";

  private TransactionChecks() {}

  /** Of our topics and of the groups' offsets. */
  static Finding finding(Admin admin)
      throws ExecutionException, TimeoutException, InterruptedException {
    Set<String> topics =
        TopicPlan.standard().topics().stream().map(TopicSpec::name).collect(Collectors.toSet());
    topics.add(Topic.GROUP_METADATA_TOPIC_NAME);
    topics.retainAll(BrokerChecks.get(admin.listTopics(internalToo()).names()));
    List<TopicPartition> partitions = new ArrayList<>();
    BrokerChecks.get(admin.describeTopics(topics).allTopicNames())
        .forEach(
            (name, topic) ->
                topic
                    .partitions()
                    .forEach(each -> partitions.add(new TopicPartition(name, each.partition()))));
    try {
      Set<Open> before = open(BrokerChecks.get(admin.describeProducers(partitions).all()));
      Collection<TransactionListing> running =
          BrokerChecks.get(
              admin
                  .listTransactions(
                      new ListTransactionsOptions()
                          .filterStates(
                              Set.of(
                                  TransactionState.ONGOING,
                                  TransactionState.PREPARE_COMMIT,
                                  TransactionState.PREPARE_ABORT,
                                  TransactionState.PREPARE_EPOCH_FENCE)))
                  .all());
      Set<Open> after = open(BrokerChecks.get(admin.describeProducers(partitions).all()));
      return finding(before, running, after);
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

  /** A transaction that a partition holds for open. */
  record Open(TopicPartition partition, long producerId, long startOffset) {}

  private static Set<Open> open(Map<TopicPartition, PartitionProducerState> producers) {
    Set<Open> open = new HashSet<>();
    producers.forEach(
        (partition, state) ->
            state
                .activeProducers()
                .forEach(
                    each ->
                        each.currentTransactionStartOffset()
                            .ifPresent(
                                start -> open.add(new Open(partition, each.producerId(), start)))));
    return open;
  }

  /**
   * A coordinator hears of a transaction before a partition does, and forgets it after. So one that
   * is open before and after we asked the coordinators, and that none of them names, hangs.
   *
   * @param running the transactions that a coordinator will end, as far as we may see them
   */
  static Finding finding(
      Set<Open> before, Collection<TransactionListing> running, Set<Open> after) {
    Set<Long> known =
        running.stream().map(TransactionListing::producerId).collect(Collectors.toSet());
    List<Open> hanging =
        after.stream()
            .filter(before::contains)
            .filter(each -> !known.contains(each.producerId()))
            .sorted(Comparator.comparing(each -> each.partition().toString()))
            .toList();
    if (hanging.isEmpty()) {
      return new Finding.Good(TRANSACTIONS, "no transaction hangs");
    }
    String detail =
        "transactions that no coordinator names are open in "
            + hanging.stream()
                .map(each -> each.partition() + " from offset " + each.startOffset() + " on")
                .collect(Collectors.joining(", "));
    boolean ours =
        hanging.stream()
            .anyMatch(each -> !each.partition().topic().equals(Topic.GROUP_METADATA_TOPIC_NAME));
    // In the groups' offsets others write too, whose transactions may be hidden from us.
    return ours
        ? new Finding.Broken(
            TRANSACTIONS,
            detail,
            "Stop the workers and end each by `kafka-transactions.sh abort --topic --partition"
                + " --start-offset`; what it held may come twice. See docs/reliability.md.")
        : new Finding.Doubtful(
            TRANSACTIONS,
            detail,
            "Ask as an administrator, to whom no transaction is hidden; if they stand there still,"
                + " see docs/reliability.md.");
  }

  private static ListTopicsOptions internalToo() {
    return new ListTopicsOptions().listInternal(true);
  }
}
