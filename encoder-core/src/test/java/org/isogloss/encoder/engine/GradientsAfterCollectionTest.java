package org.isogloss.encoder.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What operators keep for the way back outlives a collection between the two ways. A prediction
 * head, cosine and squared error keep no number at present, the others do.
 */
class GradientsAfterCollectionTest {
  private static final long SEED = Long.getLong("isogloss.seed", 20261201L);
  private static final int SENTENCES = 6;
  private static final int DIMENSION = 16;

  private ModuleFixture fixture;
  private GradientProgram program;

  @BeforeEach
  void open(@TempDir Path folder) throws IOException {
    fixture = new ModuleFixture(folder);
    EncoderOptions options = EncoderOptions.onCpu(ModuleFixture.LAYERS).withThreads(1);
    program = GradientProgram.open(fixture.backbone, options, DataType.FLOAT32);
  }

  @AfterEach
  void close() {
    program.close();
    fixture.close();
  }

  @Test
  void everyLossGivesTheSameGradientsAfterACollection() throws InterruptedException {
    Random random = new Random(SEED);
    VectorBank bank =
        new VectorBank(program.manager(), program.type(), random(random, SENTENCES + 3));
    NDArray vectors =
        GradientProgram.tensor(
            program.manager(),
            flat(random(random, SENTENCES)),
            new Shape(SENTENCES, DIMENSION),
            program.type());
    vectors.setRequiresGradient(true);
    for (Map.Entry<String, Objective> objective : objectives(bank).entrySet()) {
      try (NDManager step = program.manager().newSubManager()) {
        Supplier<NDArray> loss =
            () ->
                new Losses(step, program.type()).of(objective.getValue(), zero(step).add(vectors));
        assertSame(
            objective.getKey(), gradient(loss, vectors, true), gradient(loss, vectors, false));
      }
    }
  }

  @Test
  void aBackboneThatIsJoinedForEveryBatchDoesToo() throws InterruptedException {
    BackboneWeights weights =
        BackboneWeights.learning(
            program.manager(), fixture.backbone, ModuleFixture.LAYERS, program.type());
    NDArray query =
        weights.learnable().entrySet().stream()
            .filter(entry -> entry.getKey().endsWith("layer.0.attention.self.query.weight"))
            .findFirst()
            .orElseThrow()
            .getValue();
    query.setRequiresGradient(true);
    try (NDManager step = program.manager().newSubManager()) {
      Supplier<NDArray> sum = () -> weights.joined(step).get(4).sum();
      assertSame("query", gradient(sum, query, true), gradient(sum, query, false));
    }
  }

  @Test
  void aPredictionHeadDoesToo() throws InterruptedException {
    Random random = new Random(SEED);
    try (NDManager owner = program.manager().newSubManager()) {
      PredictionHead head = new PredictionHead(owner, program.type(), program.table());
      int hidden = fixture.backbone.config().hiddenSize();
      float[] values = new float[3 * hidden];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextGaussian();
      }
      NDArray states = GradientProgram.tensor(owner, values, new Shape(3, hidden), program.type());
      states.setRequiresGradient(true);
      try (NDManager step = program.manager().newSubManager()) {
        Supplier<NDArray> loss =
            () -> head.loss(step, zero(step).add(states), new long[] {7, 11, 300});
        assertSame("states", gradient(loss, states, true), gradient(loss, states, false));
      }
    }
  }

  private static void assertSame(String what, float[] after, float[] before) {
    double norm = 0;
    for (float value : before) {
      norm += (double) value * value;
    }
    assertThat(norm).as("%s has a gradient, seed %d", what, SEED).isPositive();
    assertThat(after)
        .as("%s, seed %d", what, SEED)
        .containsExactly(before, within((float) (1e-5 * Math.sqrt(norm))));
  }

  private static float[] gradient(Supplier<NDArray> forth, NDArray of, boolean collected)
      throws InterruptedException {
    try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
      NDArray loss = forth.get();
      if (collected) {
        collect();
      }
      collector.backward(loss);
      try (NDArray gradient = of.getGradient()) {
        float[] values = gradient.toFloatArray();
        gradient.subi(gradient);
        return values;
      }
    }
  }

  /** Returns when a direct buffer that was unreachable before has been freed. */
  private static void collect() throws InterruptedException {
    BufferPoolMXBean direct =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .findFirst()
            .orElseThrow();
    int size = ByteBuffer.allocateDirect(1 << 20).capacity();
    long before = direct.getMemoryUsed();
    for (int round = 0; direct.getMemoryUsed() > before - size; round++) {
      assertThat(round).as("collections until what was dropped was freed").isLessThan(100);
      System.gc();
      Thread.sleep(20);
    }
  }

  /** What a leaf is added to, so that the step owns what follows. */
  private NDArray zero(NDManager step) {
    return step.zeros(new Shape(1), program.type());
  }

  private static SequencedMap<String, Objective> objectives(VectorBank bank) {
    List<Integer> own = IntStream.range(0, SENTENCES).boxed().toList();
    List<Set<Integer>> alsoRight = Collections.nCopies(SENTENCES, Set.of(SENTENCES));
    SequencedMap<String, Objective> objectives = new LinkedHashMap<>();
    objectives.put("cosine", new Objective.Cosine(bank, own));
    objectives.put("squared error", new Objective.SquaredError(bank, own));
    objectives.put("in batch", new Objective.InBatch(bank, own, alsoRight, 20, 0.9, true, 2));
    objectives.put("whole bank", new Objective.WholeBank(bank, own, 20, 0.9));
    objectives.put("ranking", new Objective.Ranking(List.of(1, 2, 3, 1, 5, 2), 2, 20));
    objectives.put(
        "sum",
        new Objective.Sum(
            List.of(
                new Objective.Term(0.3, new Objective.WholeBank(bank, own, 20, 0.9)),
                new Objective.Term(0.7, new Objective.Cosine(bank, own)))));
    return objectives;
  }

  private static float[][] random(Random random, int rows) {
    float[][] vectors = new float[rows][DIMENSION];
    for (float[] vector : vectors) {
      for (int i = 0; i < DIMENSION; i++) {
        vector[i] = (float) random.nextGaussian();
      }
    }
    return vectors;
  }

  private static float[] flat(float[][] rows) {
    float[] values = new float[rows.length * DIMENSION];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, values, i * DIMENSION, DIMENSION);
    }
    return values;
  }
}
