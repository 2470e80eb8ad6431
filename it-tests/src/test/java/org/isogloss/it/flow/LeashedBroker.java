package org.isogloss.it.flow;

import org.isogloss.it.process.Leash;
import org.isogloss.streams.broker.BrokerMain;

/** The broker's own main, ended with the test: {@code LeashedBroker DIRECTORY PORT}. */
public final class LeashedBroker {
  private LeashedBroker() {}

  public static void main(String[] arguments) throws InterruptedException {
    Leash.attach();
    BrokerMain.main(arguments);
  }
}
