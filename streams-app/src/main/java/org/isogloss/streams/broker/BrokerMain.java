package org.isogloss.streams.broker;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.isogloss.error.IsoglossException;

/**
 * Runs the broker alone in a process of its own, until that is ended: {@code BrokerMain DIRECTORY
 * [PORT]}. Prints its address when it serves.
 */
public final class BrokerMain {
  private BrokerMain() {}

  public static void main(String[] arguments) throws InterruptedException {
    if (arguments.length < 1 || arguments.length > 2) {
      System.err.println("usage: BrokerMain DIRECTORY [PORT]");
      System.exit(2);
    }
    int port = arguments.length == 2 ? Integer.parseInt(arguments[1]) : BrokerOptions.ANY_PORT;
    CountDownLatch ended = new CountDownLatch(1);
    try (EmbeddedBroker broker =
        EmbeddedBroker.start(BrokerOptions.in(Path.of(arguments[0])).at(port))) {
      Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(broker::close));
      broker
          .failure()
          .thenAccept(
              failure -> {
                System.err.println(failure.getMessage());
                Runtime.getRuntime().halt(1);
              });
      System.out.println(broker.bootstrapServers());
      ended.await();
    } catch (IsoglossException e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
  }
}
