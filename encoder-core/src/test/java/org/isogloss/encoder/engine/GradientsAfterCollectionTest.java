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
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
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
    float[][] targets = random(EveryLoss.SENTENCES + 4, DIMENSION, SEED);
    VectorBank bank = new VectorBank(program.manager(), program.type(), targets);
    NDArray vectors = leaf(program.manager(), random(EveryLoss.SENTENCES, DIMENSION, SEED + 1));
    for (Map.Entry<String, Objective> objective : EveryLoss.towards(bank).entrySet()) {
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
    try (NDManager owner = program.manager().newSubManager()) {
      PredictionHead head = new PredictionHead(owner, program.type(), program.table());
      int hidden = fixture.backbone.config().hiddenSize();
      NDArray states = leaf(owner, random(3, hidden, SEED));
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

  /** What gradients are taken with respect to. */
  private NDArray leaf(NDManager owner, float[][] rows) {
    NDArray leaf = owner.create(rows);
    leaf.setRequiresGradient(true);
    return leaf;
  }

  private static float[][] random(int rows, int dimension, long seed) {
    Random random = new Random(seed);
    float[][] vectors = new float[rows][dimension];
    for (float[] vector : vectors) {
      for (int i = 0; i < dimension; i++) {
        vector[i] = (float) random.nextGaussian();
      }
    }
    return vectors;
  }
}
