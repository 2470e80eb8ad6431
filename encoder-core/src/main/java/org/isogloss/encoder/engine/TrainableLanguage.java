package org.isogloss.encoder.engine;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Predicate;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.backbone.TensorSource;
import org.isogloss.encoder.backbone.TensorType;
import org.isogloss.encoder.module.ModuleDraft;
import org.isogloss.encoder.module.ModuleTensors;
import org.isogloss.encoder.space.View;
import org.isogloss.encoder.tokenize.TokenSequence;
import org.jspecify.annotations.Nullable;

/**
 * The modules of one language while some of their tensors learn, or a whole backbone: gradients are
 * gathered over one or several batches by {@link #accumulate}, then {@link #update} makes a step.
 * All native memory of a batch is closed with it; what remains are the modules, their gradients and
 * the optimiser's state.
 *
 * <p>For one thread.
 */
public final class TrainableLanguage implements AutoCloseable {
  private static final String FIRST_MOMENT = "first_moment/";
  private static final String SECOND_MOMENT = "second_moment/";

  private final GradientProgram program;
  private final NDManager owner;
  private final TrainableModules modules;
  private final SequencedMap<String, NDArray> learning = new LinkedHashMap<>();
  private final Optional<PredictionHead> head;
  private final AdamW optimiser;

  /**
   * @param predicts whether masked pieces will be predicted, which takes a head that learns too
   */
  TrainableLanguage(
      GradientProgram program,
      Optional<ModuleDraft> language,
      Optional<ModuleDraft> alignment,
      Predicate<String> learns,
      boolean predicts,
      OptimiserOptions options) {
    this.program = program;
    this.owner = program.manager().newSubManager();
    try {
      this.modules = TrainableModules.of(owner, program.type(), language, alignment);
      choose(program.learnable(), learns);
      choose(modules.languageTensors(), learns);
      choose(modules.alignmentTensors(), learns);
      this.head =
          predicts
              ? Optional.of(
                  new PredictionHead(
                      owner,
                      program.type(),
                      modules.languageTensors().getOrDefault(ModuleTensors.TABLE, program.table())))
              : Optional.empty();
      head.ifPresent(made -> choose(made.tensors(), name -> true));
      if (learning.isEmpty()) {
        throw new IllegalArgumentException("no tensor learns");
      }
      this.optimiser = new AdamW(owner, options, learning);
    } catch (RuntimeException | Error e) {
      owner.close();
      throw e;
    }
  }

  private void choose(Map<String, NDArray> tensors, Predicate<String> learns) {
    tensors.forEach(
        (name, tensor) -> {
          if (learns.test(name)) {
            tensor.setRequiresGradient(true);
            learning.put(name, tensor);
          }
        });
  }

  /**
   * What a batch gave.
   *
   * @param loss before weighting
   * @param tokens that went through the encoder
   */
  public record BatchLoss(double loss, int tokens) {}

  /**
   * Adds the gradients of a batch's loss.
   *
   * @param view that is trained; its vectors are what the objective sees, not normalised
   * @param weight of this batch among those of a step
   */
  public BatchLoss accumulate(
      List<TokenSequence> sentences, View view, Objective objective, double weight) {
    return accumulate(sentences, view, objective, weight, Dropout.NONE);
  }

  /** The same while units of the alignment's adapter are left out. */
  public BatchLoss accumulate(
      List<TokenSequence> sentences,
      View view,
      Objective objective,
      double weight,
      Dropout dropout) {
    return accumulate(sentences, view, objective, weight, dropout, Dropout.NONE);
  }

  /**
   * The same while values are left out of the states: a sentence that stands in the batch twice has
   * two vectors then.
   */
  public BatchLoss accumulateNoisy(
      List<TokenSequence> sentences,
      View view,
      Objective objective,
      double weight,
      Dropout states) {
    return accumulate(sentences, view, objective, weight, Dropout.NONE, states);
  }

  private BatchLoss accumulate(
      List<TokenSequence> sentences,
      View view,
      Objective objective,
      double weight,
      Dropout units,
      Dropout states) {
    try (NDManager step = program.manager().newSubManager();
        GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
      BatchPlan<TrainableModules.Part> plan = plan(sentences, view, modules.without(step, units));
      NDArray outputs = program.forward(step, plan, true, states);
      NDArray vectors = inOrder(step, plan, outputs, sentences.size(), view);
      NDArray loss = new Losses(step, program.type()).of(objective, vectors);
      collector.backward(loss.mul(GradientProgram.scalar(step, weight)));
      return new BatchLoss(doubles(loss)[0], plan.runs().tokens());
    }
  }

  /**
   * A sentence some of whose pieces are to be predicted.
   *
   * @param tokens as the encoder reads them, masked
   * @param places of what is to be predicted
   * @param pieces that stood there
   */
  public record Masked(TokenSequence tokens, List<Integer> places, List<Integer> pieces) {
    public Masked {
      places = List.copyOf(places);
      pieces = List.copyOf(pieces);
      if (places.size() != pieces.size()) {
        throw new IllegalArgumentException(
            places.size() + " places of " + pieces.size() + " pieces");
      }
    }
  }

  /**
   * Adds the gradients of predicting masked pieces: the mean cross-entropy over all of them,
   * through the output tied to the language's table (else the backbone's).
   *
   * @throws IllegalArgumentException if nothing is masked, or this was not made to predict
   */
  public BatchLoss accumulateMasked(List<Masked> sentences, double weight) {
    BatchPlan<TrainableModules.Part> plan =
        plan(sentences.stream().map(Masked::tokens).toList(), View.MONOLINGUAL);
    try (NDManager step = program.manager().newSubManager();
        GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
      NDArray loss = prediction(step, plan, sentences, true);
      collector.backward(loss.mul(GradientProgram.scalar(step, weight)));
      return new BatchLoss(doubles(loss)[0], plan.runs().tokens());
    }
  }

  /** The loss of predicting masked pieces alone, without gradients. */
  public double maskedLoss(List<Masked> sentences) {
    BatchPlan<TrainableModules.Part> plan =
        plan(sentences.stream().map(Masked::tokens).toList(), View.MONOLINGUAL);
    try (NDManager step = program.manager().newSubManager()) {
      return doubles(prediction(step, plan, sentences, false))[0];
    }
  }

  private NDArray prediction(
      NDManager step,
      BatchPlan<TrainableModules.Part> plan,
      List<Masked> sentences,
      boolean recorded) {
    List<Long> tokens = new ArrayList<>();
    List<Long> pieces = new ArrayList<>();
    long before = 0;
    for (int row = 0; row < plan.rows(); row++) {
      Masked sentence = sentences.get(plan.item(row));
      for (int i = 0; i < sentence.places().size(); i++) {
        tokens.add(before + sentence.places().get(i));
        pieces.add((long) sentence.pieces().get(i));
      }
      before += plan.tokens(row).length();
    }
    if (tokens.isEmpty()) {
      throw new IllegalArgumentException("nothing is masked");
    }
    long[] index = tokens.stream().mapToLong(Long::longValue).toArray();
    NDArray states = program.states(step, plan, index, recorded);
    return head.orElseThrow(() -> new IllegalArgumentException("not made to predict"))
        .loss(step, states, pieces.stream().mapToLong(Long::longValue).toArray());
  }

  /** The loss of a batch alone, without gradients. */
  public double loss(List<TokenSequence> sentences, View view, Objective objective) {
    try (NDManager step = program.manager().newSubManager()) {
      BatchPlan<TrainableModules.Part> plan = plan(sentences, view);
      NDArray outputs = program.forward(step, plan, false);
      NDArray vectors = inOrder(step, plan, outputs, sentences.size(), view);
      return doubles(new Losses(step, program.type()).of(objective, vectors))[0];
    }
  }

  /**
   * The vectors of a batch as they are now, without gradients.
   *
   * @return {@code [sentences][dimension]}, not normalised
   */
  public float[][] vectors(List<TokenSequence> sentences, View view) {
    if (sentences.isEmpty()) {
      return new float[0][];
    }
    try (NDManager step = program.manager().newSubManager()) {
      BatchPlan<TrainableModules.Part> plan = plan(sentences, view);
      double[] values = doubles(program.forward(step, plan, false));
      int dimension = values.length / sentences.size();
      float[][] vectors = new float[sentences.size()][dimension];
      for (int i = 0; i < vectors.length; i++) {
        for (int j = 0; j < dimension; j++) {
          vectors[i][j] = (float) values[plan.output(i, view) * dimension + j];
        }
      }
      return vectors;
    }
  }

  /**
   * One step of the optimiser on the gathered gradients, which are zero then.
   *
   * @return their global norm before clipping; if it is not finite, nothing was changed
   */
  public double update(double learningRate) {
    try (NDManager step = owner.newSubManager()) {
      return optimiser.update(step, learningRate);
    }
  }

  /** Whether every value that learns is finite. */
  public boolean isFinite() {
    try (NDManager step = owner.newSubManager()) {
      for (NDArray tensor : learning.values()) {
        // A greatest or least value that is no number is NaN too.
        for (NDArray bound : List.of(tensor.max(), tensor.min())) {
          bound.attach(step);
          if (!Double.isFinite(doubles(bound)[0])) {
            return false;
          }
        }
      }
      return true;
    }
  }

  /**
   * The tensors that learn as they are now, in single precision: modules' under their names, a
   * prediction head's under names that begin with {@code head.}, which belong to no module.
   */
  public SequencedMap<String, TensorEntry> learnt() {
    SequencedMap<String, TensorEntry> entries = new LinkedHashMap<>();
    learning.forEach((name, tensor) -> entries.put(name, entry(name, tensor)));
    return entries;
  }

  /**
   * What a checkpoint holds.
   *
   * @param updates that were made
   * @param tensors those that learn, under their names, and the optimiser's moments
   */
  public record State(long updates, SequencedMap<String, TensorEntry> tensors) {}

  /** All that the next step depends on, in single precision. */
  public State state() {
    SequencedMap<String, TensorEntry> tensors = new LinkedHashMap<>();
    all().forEach((name, tensor) -> tensors.put(name, entry(name, tensor)));
    return new State(optimiser.steps(), tensors);
  }

  /** The number of updates made. */
  public long updates() {
    return optimiser.steps();
  }

  /**
   * The tensors of {@link #state}, each read when its turn comes, so that one is held at a time.
   */
  public List<TensorSource> stateSources() {
    return sources(all());
  }

  /** The tensors of {@link #learnt}, likewise. */
  public List<TensorSource> learntSources() {
    return sources(learning);
  }

  private static List<TensorSource> sources(SequencedMap<String, NDArray> tensors) {
    List<TensorSource> sources = new ArrayList<>();
    tensors.forEach(
        (name, tensor) ->
            sources.add(
                new TensorSource(
                    name,
                    TensorType.F32,
                    shape(tensor),
                    () ->
                        tensor.getDataType() == DataType.FLOAT32
                            // A view of native memory: the greatest table is not copied to be
                            // written.
                            ? MemorySegment.ofBuffer(tensor.toByteBuffer(true))
                            : entry(name, tensor).segment())));
    return sources;
  }

  /** What learns and the optimiser's moments. */
  private SequencedMap<String, NDArray> all() {
    SequencedMap<String, NDArray> all = new LinkedHashMap<>(learning);
    int at = 0;
    for (String name : learning.sequencedKeySet()) {
      all.put(FIRST_MOMENT + name, optimiser.moment(at, false));
      all.put(SECOND_MOMENT + name, optimiser.moment(at, true));
      at++;
    }
    return all;
  }

  /**
   * Goes on from a state of the same tensors.
   *
   * @throws IllegalArgumentException if a tensor is missing or has another shape
   */
  public void restore(State state) {
    int at = 0;
    for (Map.Entry<String, NDArray> entry : learning.sequencedEntrySet()) {
      String name = entry.getKey();
      set(entry.getValue(), state.tensors().get(name), name);
      set(optimiser.moment(at, false), state.tensors().get(FIRST_MOMENT + name), name);
      set(optimiser.moment(at, true), state.tensors().get(SECOND_MOMENT + name), name);
      at++;
    }
    optimiser.restore(state.updates());
  }

  @Override
  public void close() {
    optimiser.close();
    for (NDArray tensor : program.learnable().values()) {
      // The program's own: the next to learn them begins without our gradients.
      try (NDArray gradient = tensor.getGradient()) {
        gradient.subi(gradient);
      }
      tensor.setRequiresGradient(false);
    }
    owner.close();
  }

  /** Sets one tensor, for checks by finite differences. */
  void set(String name, double[] values) {
    write(learning(name), values);
  }

  /** The values of one tensor and its gathered gradient. */
  double[] values(String name) {
    return doubles(learning(name));
  }

  double[] gradient(String name) {
    try (NDArray gradient = learning(name).getGradient()) {
      return doubles(gradient);
    }
  }

  private NDArray learning(String name) {
    NDArray tensor = learning.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("no tensor " + name + " learns");
    }
    return tensor;
  }

  private BatchPlan<TrainableModules.Part> plan(List<TokenSequence> sentences, View view) {
    return plan(sentences, view, modules);
  }

  private BatchPlan<TrainableModules.Part> plan(
      List<TokenSequence> sentences, View view, ComposedModules<TrainableModules.Part> modules) {
    List<BatchPlan.Item<TrainableModules.Part>> items = new ArrayList<>(sentences.size());
    for (TokenSequence sentence : sentences) {
      items.add(
          new BatchPlan.Item<>(
              sentence, view == View.MONOLINGUAL, view == View.CROSS_LINGUAL, modules));
    }
    return program.plan(items);
  }

  /** By a product with a permutation, which is exact and lets gradients pass. */
  private NDArray inOrder(
      NDManager step,
      BatchPlan<TrainableModules.Part> plan,
      NDArray outputs,
      int sentences,
      View view) {
    float[] permutation = new float[sentences * sentences];
    boolean same = true;
    for (int i = 0; i < sentences; i++) {
      int output = plan.output(i, view);
      permutation[i * sentences + output] = 1;
      same &= output == i;
    }
    return same
        ? outputs
        : GradientProgram.tensor(step, permutation, new Shape(sentences, sentences), program.type())
            .matMul(outputs);
  }

  private static void set(NDArray tensor, @Nullable TensorEntry value, String name) {
    if (value == null || !Arrays.equals(value.dimensions(), tensor.getShape().getShape())) {
      throw new IllegalArgumentException("the state does not fit " + name);
    }
    write(tensor, value.toFloats());
  }

  private static void write(NDArray tensor, double[] values) {
    if (tensor.getDataType() == DataType.FLOAT64) {
      whileNoLeaf(tensor, () -> tensor.set(values));
    } else {
      write(tensor, narrow(values));
    }
  }

  private static void write(NDArray tensor, float[] values) {
    if (tensor.getDataType() == DataType.FLOAT64) {
      double[] wide = new double[values.length];
      for (int i = 0; i < wide.length; i++) {
        wide[i] = values[i];
      }
      write(tensor, wide);
    } else {
      whileNoLeaf(tensor, () -> tensor.set(values));
    }
  }

  /** A leaf that requires gradients cannot be written in place. */
  private static void whileNoLeaf(NDArray tensor, Runnable writing) {
    boolean learns = tensor.hasGradient();
    tensor.setRequiresGradient(false);
    writing.run();
    tensor.setRequiresGradient(learns);
  }

  private static TensorEntry entry(String name, NDArray tensor) {
    return TensorEntry.of(
        name,
        shape(tensor),
        tensor.getDataType() == DataType.FLOAT32
            ? tensor.toFloatArray()
            : narrow(tensor.toDoubleArray()));
  }

  private static List<Long> shape(NDArray tensor) {
    return Arrays.stream(tensor.getShape().getShape()).boxed().toList();
  }

  private static float[] narrow(double[] values) {
    float[] narrow = new float[values.length];
    for (int i = 0; i < narrow.length; i++) {
      narrow[i] = (float) values[i];
    }
    return narrow;
  }

  private static double[] doubles(NDArray tensor) {
    if (tensor.getDataType() == DataType.FLOAT64) {
      return tensor.toDoubleArray();
    }
    float[] values = tensor.toFloatArray();
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }
}
