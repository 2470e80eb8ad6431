package org.isogloss.it.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.isogloss.encoder.backbone.RandomBackbone;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sentences stream while processes are killed, frozen and replaced; whatever happens, every
 * sentence ends exactly once. {@code mvn verify} runs one round of all faults, {@code -Plong}
 * eight, {@code -Psoak} as many as a million sentences take.
 */
class ExactlyOnceTest {
  private static final long SEED = Long.getLong("isogloss.seed", System.nanoTime());
  private static final Path LOGS = Path.of("target", "faults");

  /** So many that something is always in flight, so few that the audit of a long run fits. */
  private static final int SENTENCES_PER_SECOND = 150;

  private static final int SOAK_SENTENCES = 1_000_000;
  private static final int SOAK_SENTENCES_PER_SECOND = 250;

  @TempDir private Path folder;

  @BeforeEach
  void writeTheBackbone() throws IOException {
    RandomBackbone.write(folder.resolve("model"), RandomBackbone.Options.TINY);
  }

  @Test
  void everySentenceEndsExactlyOnceWhateverHappensToTheProcesses() {
    run("short", 1, SENTENCES_PER_SECOND, 0, Duration.ofMinutes(4));
  }

  @Test
  @Tag("long")
  void everySentenceEndsExactlyOnceThroughManyRoundsOfFaults() {
    run("long", 8, SENTENCES_PER_SECOND, 0, Duration.ofMinutes(4));
  }

  /**
   * {@code -Disogloss.soak.sentences} and {@code -Disogloss.soak.rate} choose less or more; with
   * fewer than 100,000 a life is too short to be judged.
   */
  @Test
  @Tag("soak")
  @Timeout(value = 2, unit = TimeUnit.HOURS)
  void everySentenceOfAMillionEndsExactlyOnce() {
    run(
        "soak",
        1,
        Integer.getInteger("isogloss.soak.rate", SOAK_SENTENCES_PER_SECOND),
        Integer.getInteger("isogloss.soak.sentences", SOAK_SENTENCES),
        Duration.ofHours(1));
  }

  private void run(
      String name, int rounds, int perSecond, int minimumSentences, Duration drainPatience) {
    new FaultRun(
            folder,
            folder.resolve("model"),
            LOGS.resolve(name + "-" + SEED),
            SEED,
            rounds,
            perSecond,
            minimumSentences,
            drainPatience,
            minimumSentences > 0)
        .run();
  }
}
