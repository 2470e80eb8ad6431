package org.isogloss.encoder.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.module.LinearTarget;
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

/** Losses, their gradients, the optimiser and its state. */
class TrainableLanguageTest {
  private static final long SEED = Long.getLong("isogloss.seed", 20261124L);
  private static final int SENTENCES = EveryLoss.SENTENCES;
  private static final int DIMENSION = 32;
  private static final double STEP = 1e-5;

  private ModuleFixture fixture;
  private List<TokenSequence> sentences = List.of();
  private float[][] targets = {};

  @BeforeEach
  void open(@TempDir Path folder) throws IOException {
    fixture = new ModuleFixture(folder);
    Random random = new Random(SEED);
    List<TokenSequence> made = new ArrayList<>();
    for (int i = 0; i < SENTENCES; i++) {
      int[] ids = random.ints(3 + random.nextInt(6), 5, 900).toArray();
      ids[0] = 2;
      ids[ids.length - 1] = 3;
      made.add(new TokenSequence(ids, false));
    }
    sentences = made;
    targets = new float[SENTENCES + 4][DIMENSION];
    for (float[] target : targets) {
      for (int i = 0; i < DIMENSION; i++) {
        target[i] = (float) random.nextGaussian();
      }
    }
    // Two that count as the same.
    targets[5] = targets[1].clone();
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private TrainingEncoder encoder(TrainingEncoder.Arithmetic arithmetic) {
    EncoderOptions options = EncoderOptions.onCpu(ModuleFixture.LAYERS).withThreads(1);
    return TrainingEncoder.open(fixture.backbone, options, arithmetic);
  }

  private ModuleDraft language() {
    return ModuleDraft.fresh(
        fixture.language(
            "de",
            Optional.empty(),
            Optional.empty(),
            ModuleFixture.lora(3, 6, LinearTarget.QUERY, LinearTarget.VALUE),
            PostProcessing.NONE),
        fixture.backbone.config(),
        Map.of(),
        SEED);
  }

  private ModuleDraft alignment(boolean zero) {
    ModuleManifest manifest = fixture.alignment("de", Optional.empty(), Optional.empty(), 6, true);
    Map<String, TensorEntry> given = new LinkedHashMap<>();
    if (!zero) {
      Random random = new Random(SEED);
      ModuleTensors.expected(manifest, fixture.backbone.config())
          .forEach(
              (name, shape) -> {
                float[] values =
                    new float
                        [(int)
                            shape.stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b)];
                for (int i = 0; i < values.length; i++) {
                  values[i] = (float) (0.3 * random.nextGaussian());
                }
                given.put(name, TensorEntry.of(name, shape, values));
              });
    }
    return ModuleDraft.fresh(manifest, fixture.backbone.config(), given, SEED);
  }

  private static List<Integer> firstTargets() {
    return IntStream.range(0, SENTENCES).boxed().toList();
  }

  @Test
  void gradientsOfEveryLossEqualFiniteDifferences() {
    Random random = new Random(SEED);
    try (TrainingEncoder encoder = encoder(TrainingEncoder.Arithmetic.DOUBLE)) {
      VectorBank bank = encoder.bank(targets);
      EveryLoss.towards(bank)
          .forEach(
              (name, objective) -> {
                try (TrainableLanguage german =
                    encoder.language(
                        Optional.of(language()),
                        Optional.of(alignment(false)),
                        tensor -> !tensor.startsWith("affine"),
                        OptimiserOptions.DEFAULT)) {
                  check(german, objective, name, random);
                }
              });
    }
  }

  private void check(TrainableLanguage german, Objective objective, String name, Random random) {
    double loss = german.accumulate(sentences, View.CROSS_LINGUAL, objective, 1).loss();
    assertThat(german.loss(sentences, View.CROSS_LINGUAL, objective))
        .isEqualTo(loss, within(1e-12));
    int checked = 0;
    for (String tensor : german.learnt().keySet()) {
      double[] gradient = german.gradient(tensor);
      double[] values = german.values(tensor);
      int entry = largest(gradient, random);
      double before = values[entry];
      values[entry] = before + STEP;
      german.set(tensor, values);
      double above = german.loss(sentences, View.CROSS_LINGUAL, objective);
      values[entry] = before - STEP;
      german.set(tensor, values);
      double below = german.loss(sentences, View.CROSS_LINGUAL, objective);
      values[entry] = before;
      german.set(tensor, values);
      double difference = (above - below) / (2 * STEP);
      if (Math.abs(gradient[entry]) > 1e-4) {
        checked++;
      }
      assertThat(gradient[entry])
          .as("seed %d: %s, %s[%d]", SEED, name, tensor, entry)
          .isEqualTo(difference, within(1e-5 * Math.max(1e-2, Math.abs(difference))));
    }
    assertThat(checked).as("gradients of %s that are not near zero", name).isGreaterThan(8);
  }

  @Test
  void gradientsOfPredictingMaskedPiecesEqualFiniteDifferences() {
    Random random = new Random(SEED);
    ModuleDraft own =
        ModuleDraft.fresh(
            fixture.language(
                "de",
                Optional.of(900),
                ModuleFixture.lora(3, 6),
                Optional.empty(),
                PostProcessing.CENTRE),
            fixture.backbone.config(),
            Map.of(),
            SEED);
    List<TrainableLanguage.Masked> masked = new ArrayList<>();
    for (int i = 0; i < SENTENCES; i++) {
      TokenSequence tokens = sentences.get(i);
      masked.add(
          i == 2
              ? new TrainableLanguage.Masked(tokens, List.of(), List.of())
              : new TrainableLanguage.Masked(tokens, List.of(1), List.of(random.nextInt(900))));
    }
    try (TrainingEncoder encoder = encoder(TrainingEncoder.Arithmetic.DOUBLE);
        TrainableLanguage german =
            encoder.predicting(
                own, name -> !name.startsWith("post_processing"), OptimiserOptions.DEFAULT)) {
      double loss = german.accumulateMasked(masked, 1).loss();
      assertThat(german.maskedLoss(masked)).isEqualTo(loss, within(1e-12));
      int checked = 0;
      for (String tensor : german.learnt().keySet()) {
        double[] gradient = german.gradient(tensor);
        double[] values = german.values(tensor);
        for (int i = 0; i < 2; i++) {
          int entry = largest(gradient, random);
          double before = values[entry];
          values[entry] = before + STEP;
          german.set(tensor, values);
          double above = german.maskedLoss(masked);
          values[entry] = before - STEP;
          german.set(tensor, values);
          double below = german.maskedLoss(masked);
          values[entry] = before;
          german.set(tensor, values);
          double difference = (above - below) / (2 * STEP);
          checked += Math.abs(gradient[entry]) > 1e-4 ? 1 : 0;
          assertThat(gradient[entry])
              .as("seed %d: %s[%d]", SEED, tensor, entry)
              .isEqualTo(difference, within(1e-5 * Math.max(1e-2, Math.abs(difference))));
        }
      }
      assertThat(checked).as("gradients that are not near zero").isGreaterThan(10);
      for (int i = 0; i < 5; i++) {
        german.accumulateMasked(masked, 1);
        german.update(0.01);
      }
      assertThat(german.maskedLoss(masked)).isLessThan(loss * 0.9);
    }
  }

  @Test
  void gradientsOfAWholeBackboneEqualFiniteDifferences() {
    Random random = new Random(SEED);
    EncoderOptions options = EncoderOptions.onCpu(ModuleFixture.LAYERS).withThreads(1);
    List<TrainableLanguage.Masked> masked =
        sentences.stream()
            .map(tokens -> new TrainableLanguage.Masked(tokens, List.of(1), List.of(77)))
            .toList();
    Objective ranking =
        new Objective.Ranking(IntStream.range(0, SENTENCES).boxed().toList(), SENTENCES / 2, 20);
    try (TrainingEncoder whole =
            TrainingEncoder.openWhole(
                fixture.backbone, options, TrainingEncoder.Arithmetic.DOUBLE);
        TrainingEncoder frozen = encoder(TrainingEncoder.Arithmetic.DOUBLE);
        TrainableLanguage bare = training(frozen)) {
      try (TrainableLanguage encoder = whole.whole(false, OptimiserOptions.DEFAULT)) {
        float[][] found = encoder.vectors(sentences, View.MONOLINGUAL);
        float[][] right = bare.vectors(sentences, View.MONOLINGUAL);
        for (int i = 0; i < SENTENCES; i++) {
          assertThat(found[i]).containsExactly(right[i], within(1e-6f));
        }
        encoder.accumulate(sentences, View.MONOLINGUAL, ranking, 1);
        check(encoder, () -> encoder.loss(sentences, View.MONOLINGUAL, ranking), "ranking", random);
      }
      try (TrainableLanguage encoder = whole.whole(true, OptimiserOptions.DEFAULT)) {
        encoder.accumulateMasked(masked, 1);
        check(encoder, () -> encoder.maskedLoss(masked), "masked pieces", random);
        double before = encoder.maskedLoss(masked);
        for (int i = 0; i < 5; i++) {
          encoder.update(0.001);
          encoder.accumulateMasked(masked, 1);
        }
        assertThat(encoder.maskedLoss(masked)).isLessThan(before * 0.95);
      }
    }
  }

  private void check(TrainableLanguage learner, DoubleSupplier loss, String name, Random random) {
    int checked = 0;
    for (String tensor : learner.learnt().keySet()) {
      double[] gradient = learner.gradient(tensor);
      double[] values = learner.values(tensor);
      int entry = largest(gradient, random);
      double before = values[entry];
      values[entry] = before + STEP;
      learner.set(tensor, values);
      double above = loss.getAsDouble();
      values[entry] = before - STEP;
      learner.set(tensor, values);
      double below = loss.getAsDouble();
      values[entry] = before;
      learner.set(tensor, values);
      double difference = (above - below) / (2 * STEP);
      checked += Math.abs(gradient[entry]) > 1e-4 ? 1 : 0;
      assertThat(gradient[entry])
          .as("seed %d: %s, %s[%d]", SEED, name, tensor, entry)
          .isEqualTo(difference, within(1e-5 * Math.max(1e-2, Math.abs(difference))));
    }
    assertThat(checked).as("gradients of %s that are not near zero", name).isGreaterThan(20);
  }

  private static int largest(double[] gradient, Random random) {
    int best = random.nextInt(gradient.length);
    for (int attempt = 0; attempt < 20; attempt++) {
      int other = random.nextInt(gradient.length);
      best = Math.abs(gradient[other]) > Math.abs(gradient[best]) ? other : best;
    }
    return best;
  }

  @Test
  void trainingInSinglePrecisionGoesTheSameWayAsInDouble() {
    double[] single = curve(TrainingEncoder.Arithmetic.SINGLE, 10);
    double[] wide = curve(TrainingEncoder.Arithmetic.DOUBLE, 10);
    assertThat(single).containsExactly(wide, within(2e-3));
    assertThat(single[9]).isLessThan(single[0] * 0.8);
  }

  private double[] curve(TrainingEncoder.Arithmetic arithmetic, int steps) {
    double[] losses = new double[steps];
    try (TrainingEncoder encoder = encoder(arithmetic);
        TrainableLanguage german =
            encoder.language(
                Optional.empty(),
                Optional.of(alignment(true)),
                name -> name.startsWith("adapter"),
                OptimiserOptions.DEFAULT)) {
      Objective objective = new Objective.WholeBank(encoder.bank(targets), firstTargets(), 20, 0.9);
      for (int i = 0; i < steps; i++) {
        losses[i] = german.accumulate(sentences, View.CROSS_LINGUAL, objective, 1).loss();
        german.update(0.01);
      }
    }
    return losses;
  }

  @Test
  void aFreshModuleChangesNothing() {
    try (TrainingEncoder encoder = encoder(TrainingEncoder.Arithmetic.DOUBLE);
        TrainableLanguage german =
            encoder.language(
                Optional.of(language()),
                Optional.of(alignment(true)),
                name -> true,
                OptimiserOptions.DEFAULT);
        TrainableLanguage other =
            encoder.language(
                Optional.empty(),
                Optional.of(alignment(true)),
                name -> true,
                OptimiserOptions.DEFAULT)) {
      float[][] fresh = german.vectors(sentences, View.CROSS_LINGUAL);
      float[][] bare = other.vectors(sentences, View.MONOLINGUAL);
      for (int i = 0; i < SENTENCES; i++) {
        assertThat(fresh[i]).containsExactly(bare[i], within(1e-6f));
      }
    }
  }

  @Test
  void onlyWhatLearnsChangesAndAStateIsGoneOnFrom() {
    try (TrainingEncoder encoder = encoder(TrainingEncoder.Arithmetic.SINGLE)) {
      Objective objective = new Objective.Cosine(encoder.bank(targets), firstTargets());
      try (TrainableLanguage german = training(encoder);
          TrainableLanguage resumed = training(encoder)) {
        steps(german, objective, 3);
        TrainableLanguage.State state = german.state();
        double[] unbroken = steps(german, objective, 3);
        resumed.restore(state);
        assertThat(steps(resumed, objective, 3)).containsExactly(unbroken, within(1e-6));
        Set<String> names = new HashSet<>(german.learnt().keySet());
        assertThat(names).allMatch(name -> name.startsWith("adapter")).hasSize(8);
      }
    }
  }

  private TrainableLanguage training(TrainingEncoder encoder) {
    return encoder.language(
        Optional.of(language()),
        Optional.of(alignment(true)),
        name -> name.startsWith("adapter"),
        OptimiserOptions.DEFAULT);
  }

  private double[] steps(TrainableLanguage language, Objective objective, int count) {
    double[] losses = new double[count];
    for (int i = 0; i < count; i++) {
      losses[i] = language.accumulate(sentences, View.CROSS_LINGUAL, objective, 1).loss();
      language.update(0.01);
    }
    return losses;
  }

  @Test
  void equalTextsAreNoNegatives() {
    try (TrainingEncoder encoder = encoder(TrainingEncoder.Arithmetic.DOUBLE);
        TrainableLanguage german = training(encoder)) {
      // Anchors 0 and 1; positives 2 and 3 are one text, so neither has a negative.
      List<TokenSequence> batch =
          List.of(sentences.get(0), sentences.get(1), sentences.get(2), sentences.get(2));
      Objective same = new Objective.Ranking(List.of(1, 2, 3, 3), 2, 20);
      Objective different = new Objective.Ranking(List.of(1, 2, 3, 4), 2, 20);
      assertThat(german.loss(batch, View.CROSS_LINGUAL, same)).isEqualTo(0, within(1e-12));
      assertThat(german.loss(batch, View.CROSS_LINGUAL, different))
          .isEqualTo(Math.log(2), within(1e-9));
    }
  }

  @Test
  void whatIsAlsoRightIsNoNegative() {
    try (TrainingEncoder encoder = encoder(TrainingEncoder.Arithmetic.DOUBLE);
        TrainableLanguage german = training(encoder)) {
      VectorBank bank = encoder.bank(targets);
      List<TokenSequence> batch = sentences.subList(0, 3);
      List<Integer> own = List.of(0, 1, 2);
      double[][] x = unit(german.vectors(batch, View.CROSS_LINGUAL));
      double[][] y = unit(targets);
      List<Set<Integer>> alsoRight = List.of(Set.of(2, 7), Set.of(), Set.of());
      double forth = 0;
      double back = 0;
      double whole = 0;
      for (int i = 0; i < 3; i++) {
        int at = i;
        Set<Integer> right = alsoRight.get(i);
        forth += missed(x[i], y, i, j -> j < 3 && !right.contains(j));
        whole += missed(x[i], y, i, j -> !right.contains(j) && !(at == 1 && j == 5));
        back += missed(y[i], x, i, j -> !alsoRight.get(j).contains(at));
      }
      assertThat(
              german.loss(
                  batch,
                  View.CROSS_LINGUAL,
                  new Objective.InBatch(bank, own, alsoRight, 20, 0.99, true)))
          .isEqualTo((forth + back) / 6, within(1e-5));
      assertThat(
              german.loss(
                  batch,
                  View.CROSS_LINGUAL,
                  new Objective.WholeBank(bank, own, alsoRight, 20, 0.99)))
          .isEqualTo(whole / 3, within(1e-5));
      // Anchors 0 and 1; the second's positive is a paraphrase of the first.
      List<TokenSequence> pairs = sentences.subList(0, 4);
      Objective ranking =
          new Objective.Ranking(List.of(1, 2, 3, 4), 2, List.of(Set.of(4), Set.of()), 20);
      double[][] z = unit(german.vectors(pairs, View.CROSS_LINGUAL));
      assertThat(german.loss(pairs, View.CROSS_LINGUAL, ranking))
          .isEqualTo(missed(z[1], new double[][] {z[2], z[3]}, 1, j -> true) / 2, within(1e-5));
    }
  }

  @Test
  void theBanksVectorsClosestToASentenceAreItsHardNegatives() {
    try (TrainingEncoder encoder = encoder(TrainingEncoder.Arithmetic.DOUBLE);
        TrainableLanguage german = training(encoder)) {
      VectorBank bank = encoder.bank(targets);
      List<TokenSequence> batch = sentences.subList(0, 3);
      double[][] x = unit(german.vectors(batch, View.CROSS_LINGUAL));
      double[][] y = unit(targets);
      Set<Integer> right = Set.of(7);
      double forth = 0;
      for (int i = 0; i < 3; i++) {
        int at = i;
        // Beside the batch's three: no known match of the first, nor the second's double.
        List<Integer> hard =
            IntStream.range(3, y.length)
                .filter(j -> !(at == 0 && right.contains(j)) && !(at == 1 && j == 5))
                .boxed()
                .sorted(Comparator.comparingDouble(j -> -dot(x[at], y[j])))
                .limit(2)
                .toList();
        forth += missed(x[i], y, i, j -> j < 3 || hard.contains(j));
      }
      assertThat(
              german.loss(
                  batch,
                  View.CROSS_LINGUAL,
                  new Objective.InBatch(
                      bank,
                      List.of(0, 1, 2),
                      List.of(right, Set.of(), Set.of()),
                      20,
                      0.99,
                      false,
                      2)))
          .isEqualTo(forth / 3, within(1e-5));
    }
  }

  @Test
  void dropoutLeavesUnitsOutOfABatchAndTheSameOnesForTheSameSeed() {
    try (TrainingEncoder encoder = encoder(TrainingEncoder.Arithmetic.DOUBLE);
        TrainableLanguage german =
            encoder.language(
                Optional.of(language()),
                Optional.of(alignment(false)),
                name -> name.startsWith("adapter"),
                OptimiserOptions.DEFAULT)) {
      Objective objective = new Objective.Cosine(encoder.bank(targets), firstTargets());
      double whole = german.loss(sentences, View.CROSS_LINGUAL, objective);
      Dropout dropout = new Dropout(0.5, SEED);
      double dropped =
          german.accumulate(sentences, View.CROSS_LINGUAL, objective, 1, dropout).loss();
      assertThat(dropped).isNotCloseTo(whole, within(1e-6));
      int units = 6;
      double[] gradient = german.gradient("adapter.0.up.weight");
      long missing =
          IntStream.range(0, units)
              .filter(
                  unit ->
                      IntStream.range(0, gradient.length / units)
                          .allMatch(row -> gradient[row * units + unit] == 0))
              .count();
      assertThat(missing).as("seed %d", SEED).isBetween(1L, units - 1L);
      assertThat(german.accumulate(sentences, View.CROSS_LINGUAL, objective, 1, dropout).loss())
          .isEqualTo(dropped, within(1e-12));
      assertThat(
              german
                  .accumulate(
                      sentences, View.CROSS_LINGUAL, objective, 1, new Dropout(0.5, SEED + 1))
                  .loss())
          .isNotCloseTo(dropped, within(1e-9));
    }
  }

  @Test
  void noiseMakesTwoVectorsOfASentenceWhoseGradientsEqualFiniteDifferences() {
    List<TokenSequence> twice = new ArrayList<>(sentences);
    twice.addAll(sentences);
    Objective ranking =
        new Objective.Ranking(
            IntStream.range(0, 2 * SENTENCES).map(i -> i % SENTENCES).boxed().toList(),
            SENTENCES,
            20);
    try (TrainingEncoder encoder =
            TrainingEncoder.openWhole(
                fixture.backbone,
                EncoderOptions.onCpu(ModuleFixture.LAYERS).withThreads(1),
                TrainingEncoder.Arithmetic.DOUBLE);
        TrainableLanguage german = encoder.whole(false, OptimiserOptions.DEFAULT)) {
      double still = german.loss(twice, View.MONOLINGUAL, ranking);
      assertThat(noisy(german, twice, ranking, new Dropout(0, SEED), 0))
          .as("no noise")
          .isEqualTo(still, within(1e-12));
      Dropout noise = new Dropout(0.1, SEED);
      double first = noisy(german, twice, ranking, noise, 1);
      assertThat(first)
          .as("two vectors are further apart than one is from itself")
          .isGreaterThan(still);
      assertThat(noisy(german, twice, ranking, new Dropout(0.1, SEED + 1), 0))
          .as("another seed")
          .isNotCloseTo(first, within(1e-9));
      check(
          german,
          () -> noisy(german, twice, ranking, noise, 0),
          "ranking with noise",
          new Random(SEED));
    }
  }

  private static double noisy(
      TrainableLanguage learner,
      List<TokenSequence> batch,
      Objective objective,
      Dropout noise,
      double weight) {
    return learner.accumulateNoisy(batch, View.MONOLINGUAL, objective, weight, noise).loss();
  }

  /** Minus the logarithm of the right one's share among the candidates that count. */
  private static double missed(
      double[] anchor, double[][] candidates, int right, IntPredicate counts) {
    double sum = 0;
    for (int j = 0; j < candidates.length; j++) {
      if (j == right || counts.test(j)) {
        sum += Math.exp(20 * dot(anchor, candidates[j]));
      }
    }
    return Math.log(sum) - 20 * dot(anchor, candidates[right]);
  }

  private static double dot(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
  }

  private static double[][] unit(float[][] rows) {
    double[][] unit = new double[rows.length][];
    for (int row = 0; row < rows.length; row++) {
      double square = 0;
      for (float value : rows[row]) {
        square += (double) value * value;
      }
      double norm = Math.sqrt(square);
      float[] of = rows[row];
      unit[row] = IntStream.range(0, of.length).mapToDouble(i -> of[i] / norm).toArray();
    }
    return unit;
  }
}
