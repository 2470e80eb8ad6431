package org.isogloss.trainer.adapt;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.isogloss.encoder.engine.TrainableLanguage;
import org.isogloss.encoder.tokenize.TokenSequence;
import org.isogloss.trainer.loop.RunSeed;
import org.isogloss.trainer.loop.TrainingTask;

/** Sentences whose pieces are hidden anew at every step. */
public final class AdaptationTask implements TrainingTask {
  private static final String SCORE = "minus_dev_loss";
  private static final int SCORING_BATCH = 32;

  private final TrainableLanguage learner;
  private final Masking masking;
  private final long seed;
  private final List<TokenSequence> sentences;
  private final List<TrainableLanguage.Masked> heldOut;
  private final String fingerprint;

  /**
   * @param learner made to predict; stays the caller's
   * @param seed of what is hidden
   * @param heldOut score the run; what is hidden of them is always the same
   * @param fingerprint of data and settings
   */
  public AdaptationTask(
      TrainableLanguage learner,
      Masking masking,
      long seed,
      List<TokenSequence> sentences,
      List<TokenSequence> heldOut,
      String fingerprint) {
    this.learner = learner;
    this.masking = masking;
    this.seed = seed;
    this.sentences = List.copyOf(sentences);
    Random random = new Random(seed);
    this.heldOut = heldOut.stream().map(sentence -> masking.hide(sentence, random)).toList();
    this.fingerprint = fingerprint;
  }

  @Override
  public TrainableLanguage learner() {
    return learner;
  }

  @Override
  public int[] exampleTokens() {
    return sentences.stream().mapToInt(TokenSequence::length).toArray();
  }

  @Override
  public TrainableLanguage.BatchLoss accumulate(int[] examples, long step) {
    Random random = new Random(RunSeed.of(seed, step));
    List<TrainableLanguage.Masked> batch = new ArrayList<>(examples.length);
    for (int example : examples) {
      batch.add(masking.hide(sentences.get(example), random));
    }
    return learner.accumulateMasked(batch, 1);
  }

  /** Minus the mean loss over the held-out sentences, whose hidden pieces are always the same. */
  @Override
  public double score() {
    double sum = 0;
    int pieces = 0;
    for (int from = 0; from < heldOut.size(); from += SCORING_BATCH) {
      List<TrainableLanguage.Masked> some =
          heldOut.subList(from, Math.min(from + SCORING_BATCH, heldOut.size()));
      int hidden = some.stream().mapToInt(sentence -> sentence.places().size()).sum();
      sum += hidden * learner.maskedLoss(some);
      pieces += hidden;
    }
    return -sum / pieces;
  }

  @Override
  public String scoreName() {
    return SCORE;
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }
}
