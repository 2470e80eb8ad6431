package org.isogloss.streams.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.FeatureMetadata;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.admin.SupportedVersionRange;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.server.common.MetadataVersion;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaAccess;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.TopicPlan;
import org.isogloss.kafka.TopicSpec;
import org.isogloss.streams.broker.EmbeddedBroker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the broker that commands would join answers, and whether our topics are there. */
final class BrokerChecks {
  private static final Logger log = LoggerFactory.getLogger(BrokerChecks.class);
  private static final String BROKER = "broker";
  private static final String TOPICS = "topics";

  /**
   * The level that brokers of Kafka 4.3 bring. Since then a broker that ends a transaction while a
   * partition of it has no leader takes that partition for deleted and never ends the transaction
   * there (KAFKA-20734, open in November 2026, the last version 4.4.0 included).
   */
  private static final short FIRST_LEVEL_THAT_LOSES_MARKERS = 30;

  private static final String PIECE_OF_OFFSETS = "offsets.load.buffer.size";

  /**
   * From this size on a broker that is alone may take an abandoned reading of its groups for a
   * finished one when it starts after a kill, and serve them empty (docs/reliability.md). Kafka's
   * default is five times as much.
   */
  private static final int LARGE_PIECE_OF_OFFSETS_BYTES = 1 << 20;

  /** Whoever asks for a check does not want to wait as long as a pipeline may. */
  private static final int PATIENCE_MILLIS = 5_000;

  private final ClusterOptions cluster;
  private final Path home;

  BrokerChecks(ClusterOptions cluster, Path home) {
    this.cluster = cluster;
    this.home = home;
  }

  /** Of the broker; of the topics too, if it answers. */
  List<Finding> findings() {
    Path folder = cluster.data().orElse(ClusterOptions.defaultData(home));
    try {
      Optional<KafkaSettings> running =
          cluster.named().or(() -> EmbeddedBroker.runningAddress(folder).map(KafkaSettings::of));
      if (running.isEmpty()) {
        return List.of(none(folder));
      }
      return ask(running.orElseThrow());
    } catch (IsoglossException e) {
      return List.of(Finding.Broken.of(BROKER, e));
    }
  }

  /** Only a broker that was asked for is missed. */
  private Finding none(Path folder) {
    String detail = "none runs on " + folder;
    return cluster.data().isPresent()
        ? new Finding.Doubtful(
            BROKER, detail, "isogloss up --data " + folder + ", before send, seal and export.")
        : new Finding.Good(BROKER, detail + "; up, demo and encode bring their own");
  }

  private static List<Finding> ask(KafkaSettings running) {
    String protocol = running.securityProtocol();
    String address =
        running.bootstrapServers() + (protocol.equals("PLAINTEXT") ? "" : " (" + protocol + ")");
    String patience = Integer.toString(PATIENCE_MILLIS);
    KafkaSettings settings =
        running
            .with(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, patience)
            .with(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, patience);
    List<Finding> findings = new ArrayList<>();
    try (Admin admin = Admin.create(settings.admin())) {
      Collection<Node> nodes = get(admin.describeCluster().nodes());
      findings.add(broker(address, nodes, admin));
      if (nodes.size() == 1) {
        findings.addAll(loneBroker(nodes.iterator().next(), admin));
      }
      findings.add(topics(admin));
      findings.add(transactions(admin));
    } catch (KafkaException | ExecutionException | TimeoutException e) {
      findings.add(Finding.Broken.of(BROKER, unreachable(address, e)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      findings.add(Finding.Broken.of(BROKER, unreachable(address, e)));
    }
    return findings;
  }

  /** A partition without a leader, or a coordinator that is slow, is not a broker that is away. */
  private static Finding transactions(Admin admin) throws InterruptedException {
    try {
      return TransactionChecks.finding(admin);
    } catch (KafkaException | ExecutionException | TimeoutException e) {
      return new Finding.Doubtful(
          TransactionChecks.TRANSACTIONS,
          "which transactions are open cannot be learnt: " + e,
          "Look whether every partition has a leader, and ask again.");
    }
  }

  private static IsoglossException unreachable(String address, Exception e) {
    Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
    return KafkaAccess.refusal(e)
        .orElseGet(
            () ->
                new IsoglossException(
                    ErrorCode.BROKER_UNREACHABLE,
                    address + " does not answer: " + cause.getMessage(),
                    e));
  }

  private static Finding broker(String address, Collection<Node> nodes, Admin admin)
      throws ExecutionException, TimeoutException, InterruptedException {
    FeatureMetadata features = get(admin.describeFeatures().featureMetadata());
    String who = "%s answers, %d brokers".formatted(address, nodes.size());
    FinalizedVersionRange metadata = features.finalizedFeatures().get(MetadataVersion.FEATURE_NAME);
    SupportedVersionRange supported =
        features.supportedFeatures().get(MetadataVersion.FEATURE_NAME);
    if (metadata == null) {
      return new Finding.Doubtful(
          BROKER,
          who + ", of a Kafka without KRaft",
          "Isogloss is tested with Kafka 4; older brokers may refuse what it asks.");
    }
    String version = who + ", Kafka " + version(metadata.maxVersionLevel());
    if (supported != null && losesMarkers(supported.maxVersion())) {
      return new Finding.Doubtful(
          BROKER,
          version + ", of brokers of 4.3 or later",
          "These may leave a transaction open for ever where a partition was without a leader"
              + " (KAFKA-20734): sentences stall, or come twice. Use brokers of 4.2.");
    }
    return new Finding.Good(BROKER, version);
  }

  /** Says nothing of a broker that keeps its settings to itself, as services in a cloud do. */
  private static List<Finding> loneBroker(Node node, Admin admin)
      throws TimeoutException, InterruptedException {
    ConfigResource broker =
        new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(node.id()));
    Optional<String> piece;
    try {
      piece =
          get(admin.describeConfigs(List.of(broker)).all()).values().stream()
              .flatMap(settings -> settings.entries().stream())
              .filter(setting -> setting.name().equals(PIECE_OF_OFFSETS))
              .map(ConfigEntry::value)
              .filter(Objects::nonNull)
              .findFirst();
    } catch (ExecutionException e) {
      log.debug("the broker's settings cannot be read", e);
      return List.of();
    }
    if (piece.filter(b -> Integer.parseInt(b) >= LARGE_PIECE_OF_OFFSETS_BYTES).isEmpty()) {
      return List.of();
    }
    return List.of(
        new Finding.Doubtful(
            "groups",
            "one broker answers, and it reads the offsets of its groups in pieces of "
                + piece.get()
                + " bytes",
            "If it is alone, killed and started it may serve groups that it has not read, and readers"
                + " stand still: give it "
                + PIECE_OF_OFFSETS
                + "=65536, or several brokers. See docs/reliability.md."));
  }

  /**
   * @param level the highest metadata level that the broker could go to, which tells its release
   */
  static boolean losesMarkers(short level) {
    return level >= FIRST_LEVEL_THAT_LOSES_MARKERS;
  }

  private static String version(short level) {
    try {
      return MetadataVersion.fromFeatureLevel(level).version();
    } catch (IllegalArgumentException e) {
      return "newer than ours (metadata level " + level + ")";
    }
  }

  private static Finding topics(Admin admin)
      throws ExecutionException, TimeoutException, InterruptedException {
    Set<String> wanted = new TreeSet<>();
    TopicPlan.standard().topics().stream().map(TopicSpec::name).forEach(wanted::add);
    Set<String> missing = new TreeSet<>(wanted);
    missing.removeAll(get(admin.listTopics().names()));
    if (!missing.isEmpty()) {
      return new Finding.Doubtful(
          TOPICS, "missing: " + String.join(", ", missing), "`isogloss up` creates them.");
    }
    Map<String, Integer> byScope = new TreeMap<>();
    Map<String, TopicDescription> described =
        get(admin.describeTopics(TopicPlan.BY_SCOPE).allTopicNames());
    described.forEach((name, topic) -> byScope.put(name, topic.partitions().size()));
    if (byScope.values().stream().distinct().count() > 1) {
      return new Finding.Broken(
          TOPICS,
          "not equally many partitions: " + byScope,
          "The miner joins these topics: create them anew with equally many partitions.");
    }
    return new Finding.Good(TOPICS, "all %d are there".formatted(wanted.size()));
  }

  static <T> T get(KafkaFuture<T> future)
      throws ExecutionException, TimeoutException, InterruptedException {
    return future.get(2L * PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
  }
}
