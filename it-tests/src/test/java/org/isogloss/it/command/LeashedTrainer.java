package org.isogloss.it.command;

import org.isogloss.it.process.Leash;
import org.isogloss.trainer.command.Trainer;

/** The trainer's program, bound to the test that started it. */
final class LeashedTrainer {
  private LeashedTrainer() {}

  public static void main(String[] arguments) {
    Leash.attach();
    Trainer.main(arguments);
  }
}
