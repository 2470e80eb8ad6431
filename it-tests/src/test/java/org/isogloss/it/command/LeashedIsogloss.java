package org.isogloss.it.command;

import org.isogloss.it.process.Leash;
import org.isogloss.streams.command.Isogloss;

/** The program, bound to the test that started it. */
final class LeashedIsogloss {
  private LeashedIsogloss() {}

  public static void main(String[] arguments) {
    Leash.attach();
    Isogloss.main(arguments);
  }
}
