package org.isogloss.encoder.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.RandomBackbone;
import org.isogloss.encoder.encode.EncodeOutcome;
import org.isogloss.encoder.encode.Encoded;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.space.Pooling;
import org.isogloss.encoder.space.View;
import org.isogloss.error.IsoglossException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** The encoder on a tiny backbone of random weights. */
@TestInstance(Lifecycle.PER_CLASS)
class TorchEncoderTest {
  private static final long SEED = Long.getLong("isogloss.seed", 20261124L);
  private Backbone backbone;
  private TorchEncoder encoder;

  @BeforeAll
  void open(@TempDir Path folder) throws IOException {
    RandomBackbone.write(folder.resolve("tiny"), RandomBackbone.Options.TINY);
    backbone = Backbone.open(folder.resolve("tiny"));
    encoder = TorchEncoder.open(backbone, EncoderOptions.onCpu(2).withThreads(1));
  }

  @AfterAll
  void close() {
    encoder.close();
    backbone.close();
  }

  @Test
  void everyRowOfAnyBatchEqualsWhatItGetsAlone() {
    Random random = new Random(SEED);
    List<TokenizedSentence> sentences = new ArrayList<>();
    List<float[]> alone = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      TokenizedSentence sentence = prepare(text(random));
      sentences.add(sentence);
      alone.add(vector(encoder.encode(List.of(sentence)).getFirst()));
    }
    for (int round = 0; round < 500; round++) {
      List<Integer> rows = random.ints(1 + random.nextInt(20), 0, 40).boxed().toList();
      List<EncodeOutcome> outcomes = encoder.encode(rows.stream().map(sentences::get).toList());
      for (int i = 0; i < rows.size(); i++) {
        assertThat(vector(outcomes.get(i)))
            .as("seed %d, round %d, row %d", SEED, round, i)
            .containsExactly(alone.get(rows.get(i)), within(1e-5f));
      }
    }
  }

  @Test
  void bothViewsOfABareBackboneAreOneVectorInOneSpace() {
    TokenizedSentence sentence =
        (TokenizedSentence)
            encoder.prepare(
                new SentenceRequest(
                    "Guten Tag", "de", Set.of(View.MONOLINGUAL, View.CROSS_LINGUAL)));
    Encoded encoded = (Encoded) encoder.encode(List.of(sentence)).getFirst();
    assertThat(encoded.vectors()).hasSize(2);
    assertThat(encoded.vector(View.MONOLINGUAL).values())
        .isEqualTo(encoded.vector(View.CROSS_LINGUAL).values());
    assertThat(encoded.vector(View.MONOLINGUAL).provenance().space())
        .isEqualTo(encoded.vector(View.CROSS_LINGUAL).provenance().space());
    assertThat(encoded.vector(View.CROSS_LINGUAL).provenance().alignmentModule()).isEmpty();
  }

  @Test
  void longSentencesAreTruncatedAndFlagged() {
    Encoded encoded = (Encoded) encoder.encode(List.of(prepare("word ".repeat(500)))).getFirst();
    assertThat(encoded.truncated()).isTrue();
    assertThat(encoded.tokens()).isEqualTo(128);
  }

  @Test
  void layersAndPoolingMakeOtherSpacesAndImpossibleOptionsAreRefused() {
    EncoderOptions first = new EncoderOptions(2, Pooling.CLS, Device.CPU, Precision.FP32, 128, 2);
    try (TorchEncoder shallow = TorchEncoder.open(backbone, EncoderOptions.onCpu(1));
        TorchEncoder pooledByFirst = TorchEncoder.open(backbone, first)) {
      Set<Object> spaces = new HashSet<>();
      for (TorchEncoder each : List.of(encoder, shallow, pooledByFirst)) {
        TokenizedSentence sentence =
            (TokenizedSentence)
                each.prepare(new SentenceRequest("one", "en", Set.of(View.CROSS_LINGUAL)));
        spaces.add(
            ((Encoded) each.encode(List.of(sentence)).getFirst())
                .vector(View.CROSS_LINGUAL)
                .provenance()
                .space());
      }
      assertThat(spaces).hasSize(3);
    }
    assertThatThrownBy(() -> TorchEncoder.open(backbone, EncoderOptions.onCpu(3)))
        .hasMessageContaining("ISO-121");
    assertThatThrownBy(() -> new Device("gpu")).hasMessageContaining("ISO-211");
    assertThatThrownBy(
            () -> new EncoderOptions(2, Pooling.MEAN, Device.CPU, Precision.FP16, 128, 2))
        .isInstanceOf(IsoglossException.class);
  }

  @Test
  void thousandsOfBatchesLeaveNoTensorBehind() throws InterruptedException {
    TokenizedSentence sentence = prepare("the same again");
    float[] expected = vector(encoder.encode(List.of(sentence)).getFirst());
    int before = encoder.liveTensors();
    List<Thread> threads = new ArrayList<>();
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    for (int t = 0; t < 3; t++) {
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < 1500; i++) {
                  assertThat(vector(encoder.encode(List.of(sentence)).getFirst()))
                      .containsExactly(expected, within(1e-6f));
                }
              });
      thread.setUncaughtExceptionHandler((ignored, failure) -> failures.add(failure));
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failures).isEmpty();
    assertThat(encoder.liveTensors()).isEqualTo(before);
  }

  private TokenizedSentence prepare(String text) {
    return (TokenizedSentence)
        encoder.prepare(new SentenceRequest(text, "en", Set.of(View.CROSS_LINGUAL)));
  }

  private static float[] vector(EncodeOutcome outcome) {
    return ((Encoded) outcome).vector(View.CROSS_LINGUAL).values();
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 1 + random.nextInt(12); i++) {
      for (int c = 0; c < 1 + random.nextInt(8); c++) {
        text.append((char) ('a' + random.nextInt(26)));
      }
      text.append(' ');
    }
    return text.toString();
  }
}
