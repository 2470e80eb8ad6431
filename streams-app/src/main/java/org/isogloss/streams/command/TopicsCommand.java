package org.isogloss.streams.command;

import java.util.Map;
import java.util.TreeMap;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.TopicAdmin;
import org.isogloss.kafka.TopicPlan;
import org.isogloss.kafka.TopicSpec;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Creates the pipeline's topics, for clusters where its parts may not. */
@Command(
    name = "topics",
    description = {
      "Create the topics that are missing and show them all with their partitions. `up` does so by",
      "itself where it has the right to."
    })
final class TopicsCommand extends IsoglossCommand {
  @Mixin ClusterOptions cluster = new ClusterOptions();

  @Option(
      names = "--replication-factor",
      paramLabel = "N",
      description = "Of the topics created; the cluster's default unless given.")
  private @Nullable Short replicationFactor;

  TopicsCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    if (replicationFactor != null && replicationFactor < 1) {
      throw wronglyCalled("--replication-factor takes at least 1");
    }
    TopicPlan standard = TopicPlan.standard();
    TopicPlan plan = replicationFactor == null ? standard : standard.replicated(replicationFactor);
    KafkaSettings kafka = cluster.requireRunning(common.home());
    TopicAdmin.createMissing(kafka, plan);
    Map<String, Integer> partitions =
        new TreeMap<>(
            TopicAdmin.partitions(kafka, plan.topics().stream().map(TopicSpec::name).toList()));
    partitions.forEach(
        (topic, count) -> terminal().out().println("%-28s %d".formatted(topic, count)));
    return DONE;
  }
}
