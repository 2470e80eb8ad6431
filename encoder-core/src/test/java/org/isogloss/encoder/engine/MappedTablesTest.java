package org.isogloss.encoder.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.encode.Encoded;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleTensors;
import org.isogloss.encoder.module.PostProcessing;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.View;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Embedding tables of a language's own are read where they lie in their file. */
class MappedTablesTest {
  private static final long SEED = Long.getLong("isogloss.seed", 20261130L);

  /** So many that a table is large beside what the Java machine allocates meanwhile. */
  private static final int ROWS = 800_000;

  private static final int SOME = 10_007;

  /** The compilers of the Java machine take and return memory meanwhile; a table would stay. */
  private static final int TRIES = 5;

  @TempDir private Path folder;

  @Test
  void aTableInSingleOrHalfPrecisionTakesNoMemoryBesideItsFileAndGivesTheSameVectors()
      throws IOException {
    try (ModuleFixture fixture = new ModuleFixture(folder);
        TorchEncoder encoder =
            TorchEncoder.open(
                fixture.backbone, EncoderOptions.onCpu(ModuleFixture.LAYERS).withThreads(1))) {
      int hidden = fixture.backbone.config().hiddenSize();
      float[] values = new float[ROWS * hidden];
      Random random = new Random(SEED);
      for (int i = 0; i < values.length; i++) {
        values[i] = i < SOME ? (float) random.nextGaussian() : values[i - SOME];
      }
      TensorEntry half =
          TensorEntry.of(ModuleTensors.TABLE, List.of((long) ROWS, (long) hidden), values).toHalf();
      TensorEntry single =
          TensorEntry.of(ModuleTensors.TABLE, List.of((long) ROWS, (long) hidden), half.toFloats());
      // What is allocated once, by the first of all, is not counted.
      vector(encoder, fixture, publish(fixture, "warm", single));
      float[] ofSingle = null;
      for (TensorEntry table : List.of(single, half)) {
        ModuleReference module = publish(fixture, table.type().name(), table);
        encoder.serveOrThrow(List.of(), fixture);
        long before = AllocatedMemory.measure().bytes();
        assumeThat(before).as("known only to glibc").isPositive();
        long least = Long.MAX_VALUE;
        for (int attempt = 0; attempt < TRIES; attempt++) {
          encoder.serveOrThrow(List.of(), fixture);
          float[] vector = vector(encoder, fixture, module);
          least = Math.min(least, AllocatedMemory.measure().bytes() - before);
          if (ofSingle == null) {
            ofSingle = vector;
          }
          assertThat(vector).as("in %s", table.type()).isEqualTo(ofSingle);
        }
        assertThat(least)
            .as("bytes that a table in %s takes", table.type())
            .isLessThan((long) ROWS * hidden);
      }
    }
  }

  private ModuleReference publish(ModuleFixture fixture, String name, TensorEntry table)
      throws IOException {
    Path directory = folder.resolve(name);
    ModuleFiles.write(
        directory,
        fixture.language(
            "de", Optional.of(ROWS), Optional.empty(), Optional.empty(), PostProcessing.NONE),
        Map.of(ModuleTensors.TABLE, table),
        fixture.backbone.config(),
        Optional.of(fixture.tokenizer(SEED, 700)));
    return fixture.publish(directory);
  }

  private static float[] vector(
      TorchEncoder encoder, ModuleFixture fixture, ModuleReference module) {
    encoder.serveOrThrow(
        List.of(ModuleFixture.selection("de", Optional.of(module), Optional.empty())), fixture);
    TokenizedSentence sentence =
        (TokenizedSentence)
            encoder.prepare(
                new SentenceRequest("Der Hund ist krank", "de", Set.of(View.MONOLINGUAL)));
    return ((Encoded) encoder.encode(List.of(sentence)).getFirst())
        .vector(View.MONOLINGUAL)
        .values();
  }
}
