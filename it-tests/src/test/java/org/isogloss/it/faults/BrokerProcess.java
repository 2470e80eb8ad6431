package org.isogloss.it.faults;

import java.nio.file.Path;
import java.util.Map;
import org.isogloss.it.process.Leash;
import org.isogloss.streams.broker.BrokerOptions;
import org.isogloss.streams.broker.EmbeddedBroker;

/**
 * A broker in a process of its own, with short time-outs: {@code BrokerProcess DIRECTORY PORT}. A
 * worker that is silent for four seconds has left its group.
 */
public final class BrokerProcess {
  static final int GROUP_SESSION_TIMEOUT_MILLIS = 4_000;

  private BrokerProcess() {}

  public static void main(String[] arguments) {
    Leash.attach();
    String timeout = Integer.toString(GROUP_SESSION_TIMEOUT_MILLIS);
    BrokerOptions options =
        new BrokerOptions(
            Path.of(arguments[0]),
            Integer.parseInt(arguments[1]),
            Map.of("group.consumer.session.timeout.ms", timeout));
    EmbeddedBroker broker = EmbeddedBroker.start(options);
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(broker::close));
    broker.failure().thenAccept(Leash::fail);
    Leash.ready();
    Leash.serve();
  }
}
