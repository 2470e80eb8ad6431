package org.isogloss.encoder.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.io.IOException;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
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

/** What operators keep for the way back outlives a collection between the two ways. */
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
  void theGradientsOfEveryLoss() throws InterruptedException {
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
        assertThat(gradient(loss, vectors, true))
            .as("%s, seed %d", objective.getKey(), SEED)
            .isEqualTo(gradient(loss, vectors, false));
      }
    }
  }

  @Test
  void theGradientsOfABackboneThatIsJoinedForEveryBatch() throws InterruptedException {
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
      assertThat(gradient(sum, query, true)).isEqualTo(gradient(sum, query, false));
    }
  }

  @Test
  void theGradientsOfAPredictionHead() throws InterruptedException {
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
        assertThat(gradient(loss, states, true)).isEqualTo(gradient(loss, states, false));
      }
    }
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
        gradient.muli(0);
        return values;
      }
    }
  }

  /** Returns when what was unreachable before has been found so, and freed. */
  private static void collect() throws InterruptedException {
    for (int round = 0; round < 3; round++) {
      ReferenceQueue<Object> found = new ReferenceQueue<>();
      PhantomReference<Object> one = new PhantomReference<>(new Object(), found);
      do {
        System.gc();
      } while (found.remove(200) != one);
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
