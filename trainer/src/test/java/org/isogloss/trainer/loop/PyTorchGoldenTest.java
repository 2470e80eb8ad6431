package org.isogloss.trainer.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.RandomBackbone;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.engine.EncoderOptions;
import org.isogloss.encoder.engine.Objective;
import org.isogloss.encoder.engine.OptimiserOptions;
import org.isogloss.encoder.engine.TrainableLanguage;
import org.isogloss.encoder.engine.TrainingEncoder;
import org.isogloss.encoder.engine.VectorBank;
import org.isogloss.encoder.module.AdapterShape;
import org.isogloss.encoder.module.LinearTarget;
import org.isogloss.encoder.module.LoraShape;
import org.isogloss.encoder.module.ModuleDraft;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.ModuleTensors;
import org.isogloss.encoder.module.PostProcessing;
import org.isogloss.encoder.space.View;
import org.isogloss.encoder.tokenize.TokenSequence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ten steps in float64 equal plain PyTorch's, which {@code training_golden.py} recorded. */
class PyTorchGoldenTest {
  private static final double RELATIVE = 1e-6;
  private static final double RATE = 0.01;
  private static final double SCALE = 20;
  private static final double SAME_FROM = 0.9;

  private JsonNode golden = new JsonMapper().createObjectNode();
  private Backbone backbone;
  private TrainingEncoder encoder;

  @BeforeEach
  void open(@TempDir Path folder) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            PyTorchGoldenTest.class.getResourceAsStream("training-golden.json"))) {
      golden = new JsonMapper().readTree(in);
    }
    RandomBackbone.write(folder.resolve("tiny"), RandomBackbone.Options.TINY);
    backbone = Backbone.open(folder.resolve("tiny"));
    encoder =
        TrainingEncoder.open(
            backbone, EncoderOptions.onCpu(2).withThreads(1), TrainingEncoder.Arithmetic.DOUBLE);
  }

  @AfterEach
  void close() {
    encoder.close();
    backbone.close();
  }

  @Test
  void alignmentByTheWholeBankAndCosine() {
    compare(
        "whole_bank_and_cosine",
        View.CROSS_LINGUAL,
        Optional.empty(),
        Optional.of(alignment()),
        bank ->
            new Objective.Sum(
                List.of(
                    new Objective.Term(1, new Objective.WholeBank(bank, own(), SCALE, SAME_FROM)),
                    new Objective.Term(1, new Objective.Cosine(bank, own())))));
  }

  @Test
  void alignmentByContrastWithinTheBatch() {
    compare(
        "in_batch",
        View.CROSS_LINGUAL,
        Optional.empty(),
        Optional.of(alignment()),
        bank -> new Objective.InBatch(bank, own(), SCALE, SAME_FROM, true));
  }

  @Test
  void sentenceEncodingByRanking() {
    ModuleManifest manifest =
        new ModuleManifest.Language(
            "de",
            common(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(new LoraShape(2, 6, Set.of(LinearTarget.QUERY, LinearTarget.VALUE))),
            PostProcessing.NONE);
    List<Integer> texts = new ArrayList<>();
    golden.get("ranking_texts").forEach(text -> texts.add(text.asInt()));
    compare(
        "ranking",
        View.MONOLINGUAL,
        Optional.of(ModuleDraft.fresh(manifest, backbone.config(), tensors("lora"), 1)),
        Optional.empty(),
        bank -> new Objective.Ranking(texts, 4, SCALE));
  }

  @Test
  void languageAdaptationByMaskedPieces() {
    ModuleManifest manifest =
        new ModuleManifest.Language(
            "de",
            common(),
            Optional.of(golden.get("adaptation").get(ModuleTensors.TABLE).size()),
            Optional.of(new LoraShape(2, 6, EnumSet.allOf(LinearTarget.class))),
            Optional.empty(),
            PostProcessing.NONE);
    List<TrainableLanguage.Masked> masked = new ArrayList<>();
    golden
        .get("masked")
        .forEach(
            sentence ->
                masked.add(
                    new TrainableLanguage.Masked(
                        new TokenSequence(ints(sentence.get("ids")), false),
                        Arrays.stream(ints(sentence.get("places"))).boxed().toList(),
                        Arrays.stream(ints(sentence.get("pieces"))).boxed().toList())));
    ModuleDraft draft = ModuleDraft.fresh(manifest, backbone.config(), tensors("adaptation"), 1);
    List<Double> losses = new ArrayList<>();
    try (TrainableLanguage learner =
        encoder.predicting(draft, tensor -> true, OptimiserOptions.DEFAULT)) {
      for (int step = 0; step < golden.get("losses").get("masked").size(); step++) {
        losses.add(learner.accumulateMasked(masked, 1).loss());
        learner.update(RATE);
      }
    }
    requireEqual("masked", losses);
  }

  private void compare(
      String name,
      View view,
      Optional<ModuleDraft> language,
      Optional<ModuleDraft> alignment,
      Function<VectorBank, Objective> objective) {
    List<TokenSequence> sentences = new ArrayList<>();
    golden.get("sentences").forEach(ids -> sentences.add(new TokenSequence(ints(ids), false)));
    List<Double> losses = new ArrayList<>();
    try (TrainableLanguage learner =
        encoder.language(language, alignment, tensor -> true, OptimiserOptions.DEFAULT)) {
      Objective towards = objective.apply(encoder.bank(rows(golden.get("targets"))));
      for (int step = 0; step < golden.get("losses").get(name).size(); step++) {
        losses.add(learner.accumulate(sentences, view, towards, 1).loss());
        learner.update(RATE);
      }
    }
    requireEqual(name, losses);
  }

  private void requireEqual(String name, List<Double> losses) {
    assertThat(losses).hasSize(10);
    assertThat(losses.getLast()).as("something is learnt").isLessThan(losses.getFirst() * 0.95);
    for (int step = 0; step < losses.size(); step++) {
      double theirs = golden.get("losses").get(name).get(step).asDouble();
      assertThat(losses.get(step))
          .as("%s, step %d", name, step)
          .isEqualTo(theirs, within(RELATIVE * Math.abs(theirs)));
    }
  }

  private ModuleDraft alignment() {
    ModuleManifest manifest =
        new ModuleManifest.Alignment(
            "de",
            common(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(new AdapterShape(4, 4)),
            false);
    return ModuleDraft.fresh(manifest, backbone.config(), tensors("adapter"), 1);
  }

  private ModuleManifest.Common common() {
    return new ModuleManifest.Common(
        backbone.digest(), 2, 32, Map.of(), Map.of(), "none", List.of());
  }

  private List<Integer> own() {
    return IntStream.range(0, golden.get("sentences").size()).boxed().toList();
  }

  private Map<String, TensorEntry> tensors(String group) {
    Map<String, TensorEntry> tensors = new HashMap<>();
    golden
        .get(group)
        .properties()
        .forEach(
            entry -> {
              JsonNode node = entry.getValue();
              boolean matrix = node.get(0).isArray();
              float[][] rows = matrix ? rows(node) : new float[][] {row(node)};
              float[] values = new float[rows.length * rows[0].length];
              for (int r = 0; r < rows.length; r++) {
                System.arraycopy(rows[r], 0, values, r * rows[0].length, rows[0].length);
              }
              List<Long> shape =
                  matrix
                      ? List.of((long) rows.length, (long) rows[0].length)
                      : List.of((long) values.length);
              tensors.put(entry.getKey(), TensorEntry.of(entry.getKey(), shape, values));
            });
    return tensors;
  }

  private static float[][] rows(JsonNode matrix) {
    return StreamSupport.stream(matrix.spliterator(), false)
        .map(PyTorchGoldenTest::row)
        .toArray(float[][]::new);
  }

  private static float[] row(JsonNode numbers) {
    float[] values = new float[numbers.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) numbers.get(i).asDouble();
    }
    return values;
  }

  private static int[] ints(JsonNode numbers) {
    return IntStream.range(0, numbers.size()).map(i -> numbers.get(i).asInt()).toArray();
  }
}
