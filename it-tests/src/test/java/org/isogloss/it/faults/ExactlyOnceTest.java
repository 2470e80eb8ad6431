package org.isogloss.it.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.RandomBackbone;
import org.isogloss.encoder.encode.Encoded;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.engine.EncoderOptions;
import org.isogloss.encoder.engine.TorchEncoder;
import org.isogloss.encoder.space.View;
import org.isogloss.streams.sample.SampleCorpus;
import org.isogloss.streams.sample.SampleSentence;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
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

  /** {@code -Disogloss.soak.sentences} and {@code -Disogloss.soak.rate} choose less or more. */
  @Test
  @Tag("soak")
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
    Path model = folder.resolve("model");
    Path logs = LOGS.resolve(name + "-" + SEED);
    new FaultRun(
            folder,
            model,
            logs,
            SEED,
            rounds,
            perSecond,
            minimumSentences,
            drainPatience,
            vectors(model))
        .run();
  }

  /** What the encoder gives to each text of the corpus when nothing stands between. */
  private static Map<String, float[]> vectors(Path model) {
    Map<String, float[]> vectors = new HashMap<>();
    try (Backbone backbone = Backbone.open(model);
        TorchEncoder encoder =
            TorchEncoder.open(
                backbone, EncoderOptions.onCpu(WorkerProcess.LAYERS).withThreads(1))) {
      for (SampleSentence sentence : SampleCorpus.load().sentences(SEED)) {
        SentenceRequest request =
            new SentenceRequest(sentence.text(), sentence.language(), Set.of(View.CROSS_LINGUAL));
        if (encoder.prepare(request) instanceof TokenizedSentence tokens
            && encoder.encode(List.of(tokens)).getFirst() instanceof Encoded encoded) {
          vectors.put(sentence.text(), encoded.vector(View.CROSS_LINGUAL).values());
        } else {
          throw new IllegalStateException("cannot be encoded: " + sentence);
        }
      }
    }
    return vectors;
  }
}
