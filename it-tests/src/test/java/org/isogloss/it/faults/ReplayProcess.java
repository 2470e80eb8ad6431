package org.isogloss.it.faults;

import java.time.InstantSource;
import org.isogloss.it.process.Leash;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.streams.replay.LetterFilter;
import org.isogloss.streams.replay.ReplayOptions;
import org.isogloss.streams.replay.ReplayReport;
import org.isogloss.streams.replay.Replayer;

/** Replays every dead letter, a few in a transaction: {@code ReplayProcess BOOTSTRAP_SERVERS}. */
public final class ReplayProcess {
  private static final int LETTERS_A_TRANSACTION = 3;

  private ReplayProcess() {}

  public static void main(String[] arguments) {
    Leash.attach();
    Leash.ready();
    ReplayReport report =
        new Replayer(KafkaSettings.of(arguments[0]), InstantSource.system())
            .replay(
                LetterFilter.ALL,
                ReplayOptions.by("process").withLettersATransaction(LETTERS_A_TRANSACTION),
                sent -> System.out.println("sent " + sent));
    System.out.println(report);
    System.exit(0);
  }
}
