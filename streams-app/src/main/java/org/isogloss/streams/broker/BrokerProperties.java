package org.isogloss.streams.broker;

import java.nio.file.Path;
import java.util.Properties;

/** The properties of a broker alone on one machine, small and quick to start. */
final class BrokerProperties {
  static final int NODE = 1;
  static final String CONTROLLER = "CONTROLLER";
  private static final int LARGEST_RECORD_BYTES = 8 << 20;

  private BrokerProperties() {}

  static Properties of(Path logs, int port, int controllerPort) {
    Properties p = new Properties();
    p.setProperty("process.roles", "broker,controller");
    p.setProperty("node.id", Integer.toString(NODE));
    p.setProperty(
        "listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
    p.setProperty("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
    p.setProperty("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    p.setProperty("controller.listener.names", CONTROLLER);
    p.setProperty("inter.broker.listener.name", "PLAINTEXT");
    // A static quorum, so that the controller's port may change from start to start.
    p.setProperty("controller.quorum.voters", NODE + "@127.0.0.1:" + controllerPort);
    p.setProperty("log.dirs", logs.toString());
    p.setProperty("auto.create.topics.enable", "false");

    p.setProperty("offsets.topic.replication.factor", "1");
    p.setProperty("offsets.topic.num.partitions", "4");
    // A broker alone that was killed leads its partitions twice as it starts: as it stood when it
    // died, and, after a second without a leader, anew. Kafka takes the end of the first reading of
    // the offsets for that of the second (4.2.2 and later), so that groups are gone. Small pieces
    // let the first end as soon as it sees that it leads no more.
    p.setProperty("offsets.load.buffer.size", Integer.toString(64 << 10));
    p.setProperty("transaction.state.log.replication.factor", "1");
    p.setProperty("transaction.state.log.min.isr", "1");
    p.setProperty("transaction.state.log.num.partitions", "4");
    p.setProperty("share.coordinator.state.topic.replication.factor", "1");
    p.setProperty("share.coordinator.state.topic.min.isr", "1");
    p.setProperty("share.coordinator.state.topic.num.partitions", "4");

    // After a kill the old registration must time out before the broker may register again.
    p.setProperty("controlled.shutdown.enable", "true");
    p.setProperty("broker.session.timeout.ms", "3000");
    p.setProperty("broker.heartbeat.interval.ms", "300");

    // Clients may ask for quick rebalances, and a dead worker's transaction ends soon.
    p.setProperty("group.initial.rebalance.delay.ms", "0");
    p.setProperty("group.min.session.timeout.ms", "1000");
    p.setProperty("group.streams.initial.rebalance.delay.ms", "0");
    for (String protocol : new String[] {"streams", "consumer", "share"}) {
      p.setProperty("group." + protocol + ".min.heartbeat.interval.ms", "250");
      p.setProperty("group." + protocol + ".heartbeat.interval.ms", "500");
      p.setProperty("group." + protocol + ".min.session.timeout.ms", "1000");
      p.setProperty("group." + protocol + ".session.timeout.ms", "10000");
    }
    p.setProperty("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");

    p.setProperty("num.network.threads", "2");
    p.setProperty("num.io.threads", "4");
    p.setProperty("background.threads", "2");
    p.setProperty("message.max.bytes", Integer.toString(LARGEST_RECORD_BYTES));
    p.setProperty("replica.fetch.max.bytes", Integer.toString(LARGEST_RECORD_BYTES));
    p.setProperty("log.cleaner.dedupe.buffer.size", Integer.toString(LARGEST_RECORD_BYTES));
    p.setProperty("log.cleaner.threads", "1");
    p.setProperty("log.index.size.max.bytes", Integer.toString(1 << 20));
    p.setProperty("metadata.log.max.record.bytes.between.snapshots", Integer.toString(1 << 20));
    return p;
  }
}
