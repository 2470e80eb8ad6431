package org.isogloss.trainer.bench;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.TensorEntry;
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

/** A stage whose step is measured, with the sizes that its command has by default. */
public enum MeasuredStage {
  /** An adapter of bottleneck 64, by softmax over a bank of 4,000 vectors, and cosine. */
  ALIGN("align"),
  /** LoRA of rank 16 on all six matrices, and a table of 8,000 pieces, by masked pieces. */
  ADAPT("adapt");

  static final int PIECES = 8_000;
  static final int BANK = 4_000;
  private static final int BOTTLENECK = 64;
  private static final double ADAPTER_SCALE = 4;
  private static final double TEMPERATURE = 0.05;
  private static final double SAME_FROM = 0.9;
  private static final int RANK = 16;
  private static final double TABLE_SPREAD = 0.02;
  private static final double RATE = 3e-4;
  private static final long SEED = 1;

  private final String label;

  MeasuredStage(String label) {
    this.label = label;
  }

  /** As the stage's command is named. */
  public String label() {
    return label;
  }

  /** What one batch does to what learns; it makes no update. */
  private interface Step {
    double loss(boolean learning);
  }

  /** Our own step. */
  static final class Ours implements AutoCloseable {
    private final TrainableLanguage learner;
    private final List<Step> steps;

    private Ours(TrainableLanguage learner, List<Step> steps) {
      this.learner = learner;
      this.steps = steps;
    }

    /** Of the first batch, nothing being learnt. */
    double firstLoss() {
      return steps.getFirst().loss(false);
    }

    /** One step for every batch. */
    void train() {
      for (Step step : steps) {
        step.loss(true);
        learner.update(RATE);
      }
    }

    @Override
    public void close() {
      learner.close();
    }
  }

  /**
   * Prepares our own step.
   *
   * @param shared {@code [rows][hidden]}, of {@link #shared}
   */
  Ours ours(
      TrainingEncoder encoder, Backbone backbone, int layers, Workload work, float[][] shared) {
    ModuleManifest.Common common =
        new ModuleManifest.Common(
            backbone.digest(),
            layers,
            backbone.config().hiddenSize(),
            Map.of(),
            Map.of(),
            "none",
            List.of());
    return switch (this) {
      case ALIGN -> alignment(encoder, backbone, common, work, shared);
      case ADAPT -> adaptation(encoder, backbone, common, work, shared);
    };
  }

  private static Ours alignment(
      TrainingEncoder encoder,
      Backbone backbone,
      ModuleManifest.Common common,
      Workload work,
      float[][] bank) {
    ModuleManifest manifest =
        new ModuleManifest.Alignment(
            "de",
            common,
            Optional.empty(),
            Optional.empty(),
            Optional.of(new AdapterShape(BOTTLENECK, ADAPTER_SCALE)),
            false);
    VectorBank vectors = encoder.bank(bank);
    TrainableLanguage learner =
        encoder.language(
            Optional.empty(),
            Optional.of(ModuleDraft.fresh(manifest, backbone.config(), Map.of(), SEED)),
            name -> true,
            OptimiserOptions.DEFAULT);
    List<Step> steps = new ArrayList<>();
    for (Workload.Batch batch : work.batches()) {
      List<TokenSequence> sentences =
          batch.ids().stream().map(ids -> new TokenSequence(ids, false)).toList();
      Objective objective =
          new Objective.Sum(
              List.of(
                  new Objective.Term(
                      1,
                      new Objective.WholeBank(
                          vectors, batch.targets(), 1 / TEMPERATURE, SAME_FROM)),
                  new Objective.Term(1, new Objective.Cosine(vectors, batch.targets()))));
      steps.add(
          learning ->
              learning
                  ? learner.accumulate(sentences, View.CROSS_LINGUAL, objective, 1).loss()
                  : learner.loss(sentences, View.CROSS_LINGUAL, objective));
    }
    return new Ours(learner, steps);
  }

  private static Ours adaptation(
      TrainingEncoder encoder,
      Backbone backbone,
      ModuleManifest.Common common,
      Workload work,
      float[][] table) {
    ModuleManifest manifest =
        new ModuleManifest.Language(
            "de",
            common,
            Optional.of(PIECES),
            Optional.of(new LoraShape(RANK, RANK, EnumSet.allOf(LinearTarget.class))),
            Optional.empty(),
            PostProcessing.NONE);
    int hidden = backbone.config().hiddenSize();
    float[] flat = new float[PIECES * hidden];
    for (int row = 0; row < PIECES; row++) {
      System.arraycopy(table[row], 0, flat, row * hidden, hidden);
    }
    TensorEntry entry =
        TensorEntry.of(ModuleTensors.TABLE, List.of((long) PIECES, (long) hidden), flat);
    TrainableLanguage learner =
        encoder.predicting(
            ModuleDraft.fresh(
                manifest, backbone.config(), Map.of(ModuleTensors.TABLE, entry), SEED),
            name -> true,
            OptimiserOptions.DEFAULT);
    List<Step> steps = new ArrayList<>();
    for (Workload.Batch batch : work.batches()) {
      List<List<Integer>> places = batch.places();
      List<List<Integer>> pieces = batch.pieces();
      List<TrainableLanguage.Masked> sentences = new ArrayList<>();
      for (int row = 0; row < batch.ids().size(); row++) {
        sentences.add(
            new TrainableLanguage.Masked(
                new TokenSequence(batch.ids().get(row), false), places.get(row), pieces.get(row)));
      }
      steps.add(
          learning ->
              learning
                  ? learner.accumulateMasked(sentences, 1).loss()
                  : learner.maskedLoss(sentences));
    }
    return new Ours(learner, steps);
  }

  /** What both sides begin with: the bank, or the table; {@code [rows][hidden]}. */
  float[][] shared(int hidden) {
    Random random = new Random(SEED);
    float[][] rows = new float[this == ALIGN ? BANK : PIECES][hidden];
    for (float[] row : rows) {
      for (int i = 0; i < hidden; i++) {
        row[i] = (float) (TABLE_SPREAD * random.nextGaussian());
      }
    }
    return rows;
  }

  /** What the peer's file says of the stage, but for the name of the file with the shared rows. */
  Map<String, Object> sizes() {
    Map<String, Object> sizes = new LinkedHashMap<>();
    sizes.put("stage", label);
    switch (this) {
      case ALIGN -> {
        sizes.put("bank_size", BANK);
        sizes.put("bottleneck", BOTTLENECK);
        sizes.put("adapter_scale", ADAPTER_SCALE);
        sizes.put("temperature", TEMPERATURE);
        sizes.put("same_from", SAME_FROM);
      }
      case ADAPT -> {
        sizes.put("pieces", PIECES);
        sizes.put("rank", RANK);
      }
    }
    return sizes;
  }

  /** The name under which the peer finds the file with the shared rows. */
  String sharedName() {
    return this == ALIGN ? "bank" : "table";
  }
}
