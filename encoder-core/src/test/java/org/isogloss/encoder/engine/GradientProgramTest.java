package org.isogloss.encoder.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.GradientCollector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.isogloss.encoder.encode.Encoded;
import org.isogloss.encoder.encode.ModularEncoder;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.module.LinearTarget;
import org.isogloss.encoder.module.ModuleDraft;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.PostProcessing;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.encoder.space.Pooling;
import org.isogloss.encoder.space.View;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Gradients through the whole composition, and that what is trained is what is served. */
class GradientProgramTest {
  private static final long SEED = Long.getLong("isogloss.seed", 20261124L);
  private static final Set<View> BOTH = EnumSet.allOf(View.class);
  private static final double WORST_RELATIVE_ERROR = 1e-5;

  /**
   * Of the four-point formula, whose own error is of the fourth order: what is left is rounding, at
   * most 5e-12 where gradients were small. A longer step meets the kinks of the adapters' ReLU more
   * often, a shorter one rounds more.
   */
  private static final double STEP = 2e-4;

  /** Smaller gradients are compared as if they were of this size: to 3e-11. */
  private static final double FLOOR = 3e-6;

  private static final int LARGE_ENTRIES_PER_TENSOR = 4;
  private static final int DRAWN_FOR_A_SMALL_ENTRY = 100;
  private static final int LONG_TEXT = 100;

  private ModuleFixture fixture;
  private TorchEncoder encoder;
  private GradientProgram program;
  private final List<ModuleFiles> files = new ArrayList<>();
  private final Map<String, TrainableModules> modules = new LinkedHashMap<>();
  private List<TokenizedSentence> sentences = List.of();

  /** Modules of every kind of part; one language without any. */
  @BeforeEach
  void open(@TempDir Path folder) throws IOException {
    fixture = new ModuleFixture(folder);
    EncoderOptions options = EncoderOptions.onCpu(ModuleFixture.LAYERS).withThreads(1);
    encoder = TorchEncoder.open(fixture.backbone, options);
    program = GradientProgram.open(fixture.backbone, options, DataType.FLOAT64);
    ModuleReference english =
        fixture.publish(
            fixture.language(
                "en",
                Optional.empty(),
                ModuleFixture.lora(4, 8, LinearTarget.QUERY, LinearTarget.VALUE),
                ModuleFixture.lora(2, 2, LinearTarget.QUERY, LinearTarget.OUTPUT),
                PostProcessing.CENTRE),
            1);
    ModuleReference german =
        fixture.publish(
            fixture.language(
                "de",
                Optional.of(500),
                ModuleFixture.lora(4, 8),
                ModuleFixture.lora(3, 3),
                PostProcessing.WHITEN),
            2);
    ModuleReference alignment =
        fixture.publish(
            fixture.alignment("de", Optional.of(german), Optional.of(english), 6, true), 3);
    List<ModuleSelection> selections =
        List.of(
            new ModuleSelection("en", Optional.of(english), Optional.empty()),
            new ModuleSelection("de", Optional.of(german), Optional.of(alignment)));
    assertThat(encoder.serve(selections, fixture)).isEqualTo(new ModularEncoder.Exchanged());
    for (ModuleSelection selection : selections) {
      modules.put(
          selection.language(),
          TrainableModules.of(
              program.manager(),
              DataType.FLOAT64,
              selection.languageModule().map(this::files),
              selection.alignmentModule().map(this::files)));
    }
    sentences =
        List.of(
            prepare("Guten Tag", "de", BOTH),
            prepare("one two three", "en", BOTH),
            prepare("Welt", "de", Set.of(View.CROSS_LINGUAL)),
            prepare("el mundo", "es", BOTH),
            prepare("das Wetter", "de", Set.of(View.MONOLINGUAL)),
            prepare("x".repeat(LONG_TEXT), "de", BOTH));
  }

  @AfterEach
  void close() {
    files.forEach(ModuleFiles::close);
    program.close();
    encoder.close();
    fixture.close();
  }

  /** Then one language has every row of a block. */
  private void inGermanAlone() {
    sentences = sentences.stream().filter(each -> each.language().equals("de")).toList();
  }

  @Test
  void whatIsTrainedIsWhatIsServedInOneLanguageAlone() {
    inGermanAlone();
    whatIsTrainedIsWhatIsServed();
  }

  @Test
  void whatIsTrainedIsWhatIsServed() {
    BatchPlan<TrainableModules.Part> plan = plan();
    try (NDManager step = program.manager().newSubManager()) {
      double[] values = program.forward(step, plan).toDoubleArray();
      for (int i = 0; i < sentences.size(); i++) {
        Encoded served = (Encoded) encoder.encode(List.of(sentences.get(i))).getFirst();
        for (View view : sentences.get(i).views()) {
          assertThat(unit(values, plan.output(i, view)))
              .as("sentence %d, %s", i, view)
              .containsExactly(served.vector(view).values(), within(1e-5f));
        }
      }
    }
  }

  @Test
  void gradientsOfEveryPartEqualFiniteDifferences() {
    assertThat(kindsWhoseGradientsAreRight()).hasSizeGreaterThan(30);
  }

  @Test
  void gradientsInOneLanguageAloneEqualFiniteDifferences() {
    inGermanAlone();
    modules.remove("en");
    assertThat(kindsWhoseGradientsAreRight()).hasSizeGreaterThan(20);
  }

  /** Compares gradients with finite differences; gives the kinds of tensors that have any. */
  private Set<String> kindsWhoseGradientsAreRight() {
    Random random = new Random(SEED);
    BatchPlan<TrainableModules.Part> plan = plan();
    Map<String, NDArray> tensors = new LinkedHashMap<>();
    modules.forEach(
        (language, of) -> {
          of.languageTensors()
              .forEach((name, tensor) -> tensors.put(language + " " + name, tensor));
          of.alignmentTensors()
              .forEach((name, tensor) -> tensors.put(language + " alignment " + name, tensor));
        });
    tensors.values().forEach(tensor -> tensor.setRequiresGradient(true));
    double[] weights;
    Map<String, double[]> gradients = new LinkedHashMap<>();
    try (NDManager step = program.manager().newSubManager()) {
      try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
        NDArray out = program.forward(step, plan);
        weights = random.doubles(out.size(), -1, 1).toArray();
        collector.backward(loss(step, out, weights));
      }
      tensors.forEach(
          (name, tensor) -> {
            NDArray gradient = tensor.getGradient();
            gradient.attach(step);
            gradients.put(name, gradient.toDoubleArray());
          });
    }
    tensors.values().forEach(tensor -> tensor.setRequiresGradient(false));
    double worst = 0;
    int checked = 0;
    int small = 0;
    Set<String> kinds = new HashSet<>();
    for (Map.Entry<String, NDArray> entry : tensors.entrySet()) {
      double[] gradient = gradients.getOrDefault(entry.getKey(), new double[0]);
      for (int entryIndex : entries(gradient, random)) {
        double difference = finiteDifference(plan, entry.getValue(), entryIndex, weights);
        double error =
            Math.abs(difference - gradient[entryIndex])
                / Math.max(FLOOR, Math.max(Math.abs(difference), Math.abs(gradient[entryIndex])));
        assertThat(error)
            .as(
                "seed %d: %s[%d], gradient %s, finite difference %s",
                SEED, entry.getKey(), entryIndex, gradient[entryIndex], difference)
            .isLessThan(WORST_RELATIVE_ERROR);
        worst = Math.max(worst, error);
        small += Math.abs(gradient[entryIndex]) < FLOOR ? 1 : 0;
        checked++;
        kinds.add(entry.getKey().replaceAll("\\d+", "N"));
      }
    }
    System.out.printf(
        "%d entries of %d tensors, %d of them below %.0e, worst relative error %.1e%n",
        checked, tensors.size(), small, FLOOR, worst);
    return kinds;
  }

  @Test
  void stepsLeaveNothingBehind() {
    BatchPlan<TrainableModules.Part> plan = plan();
    TrainableModules german = modules.get("de");
    assertThat(german).isNotNull();
    german.languageTensors().values().forEach(tensor -> tensor.setRequiresGradient(true));
    int held = -1;
    for (int i = 0; i < 20; i++) {
      try (NDManager step = program.manager().newSubManager();
          GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
        NDArray out = program.forward(step, plan);
        collector.backward(loss(step, out, new double[Math.toIntExact(out.size())]));
      }
      int now = ((ai.djl.ndarray.BaseNDManager) program.manager()).getManagedArrays().size();
      assertThat(held < 0 ? now : held).isEqualTo(now);
      held = now;
    }
  }

  private BatchPlan<TrainableModules.Part> plan() {
    return program.plan(
        sentences.stream()
            .map(
                sentence ->
                    new BatchPlan.Item<>(
                        sentence.tokens(),
                        sentence.views().contains(View.MONOLINGUAL),
                        sentence.views().contains(View.CROSS_LINGUAL),
                        modules.get(sentence.language())))
            .toList());
  }

  /**
   * Large gradients, the smallest of many that is not zero, and any at all: tables have gradients
   * only in the rows that occur.
   */
  private static Set<Integer> entries(double[] gradient, Random random) {
    Set<Integer> entries = new LinkedHashSet<>();
    for (int attempt = 0;
        attempt < 100_000 && entries.size() < LARGE_ENTRIES_PER_TENSOR;
        attempt++) {
      int entry = random.nextInt(gradient.length);
      if (Math.abs(gradient[entry]) > 1e-4) {
        entries.add(entry);
      }
    }
    int[] nonZero =
        IntStream.range(0, gradient.length).filter(entry -> gradient[entry] != 0).toArray();
    random
        .ints(DRAWN_FOR_A_SMALL_ENTRY, 0, Math.max(1, nonZero.length))
        .filter(place -> place < nonZero.length)
        .map(place -> nonZero[place])
        .boxed()
        .min(Comparator.comparingDouble(entry -> Math.abs(gradient[entry])))
        .ifPresent(entries::add);
    entries.add(random.nextInt(gradient.length));
    return entries;
  }

  private double finiteDifference(
      BatchPlan<TrainableModules.Part> plan, NDArray tensor, int entry, double[] weights) {
    double[] values = tensor.toDoubleArray();
    double before = values[entry];
    double[] losses = new double[4];
    int[] steps = {-2, -1, 1, 2};
    for (int i = 0; i < steps.length; i++) {
      values[entry] = before + steps[i] * STEP;
      losses[i] = lossWith(plan, tensor, values, weights);
    }
    values[entry] = before;
    tensor.set(values);
    return (8 * (losses[2] - losses[1]) - (losses[3] - losses[0])) / (12 * STEP);
  }

  private double lossWith(
      BatchPlan<TrainableModules.Part> plan, NDArray tensor, double[] values, double[] weights) {
    tensor.set(values);
    try (NDManager step = program.manager().newSubManager()) {
      return loss(step, program.forward(step, plan), weights).getDouble();
    }
  }

  /** A weighted sum of the vectors' components after tanh, so that it is no linear function. */
  private static NDArray loss(NDManager step, NDArray out, double[] weights) {
    NDArray factor = step.create(weights, out.getShape());
    return out.tanh().mul(factor).sum();
  }

  private static float[] unit(double[] values, int row) {
    int dimension = 32;
    float[] narrow = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      narrow[i] = (float) values[row * dimension + i];
    }
    float[] unit = new float[dimension];
    assertThat(UnitLength.normalise(narrow, 0, unit)).isTrue();
    return unit;
  }

  private TokenizedSentence prepare(String text, String language, Set<View> views) {
    return (TokenizedSentence) encoder.prepare(new SentenceRequest(text, language, views));
  }

  private ModuleDraft files(ModuleReference module) {
    ModuleFiles opened =
        ModuleFiles.open(
            fixture.directory(module),
            fixture.backbone.config(),
            fixture.backbone.digest(),
            ModuleFixture.LAYERS,
            Pooling.MEAN);
    files.add(opened);
    return ModuleDraft.of(opened, fixture.backbone.config());
  }
}
