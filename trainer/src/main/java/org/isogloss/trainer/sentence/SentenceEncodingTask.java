package org.isogloss.trainer.sentence;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.isogloss.encoder.engine.Objective;
import org.isogloss.encoder.engine.TrainableLanguage;
import org.isogloss.encoder.space.View;
import org.isogloss.encoder.tokenize.TokenSequence;
import org.isogloss.metrics.BitextError;
import org.isogloss.trainer.loop.TrainingTask;

/** Paraphrases that find each other among the others of their batch. */
final class SentenceEncodingTask implements TrainingTask {
  static final String SCORE = "dev_accuracy";
  private static final int MARGIN_NEIGHBOURS = 4;
  private static final int SCORING_BATCH = 32;

  /** Two tokenised sentences of the same meaning. */
  record Pair(TokenSequence first, TokenSequence second) {}

  private final TrainableLanguage learner;
  private final double scale;
  private final List<Pair> pairs;
  private final List<Pair> heldOut;
  private final String fingerprint;

  SentenceEncodingTask(
      TrainableLanguage learner,
      double scale,
      List<Pair> pairs,
      List<Pair> heldOut,
      String fingerprint) {
    this.learner = learner;
    this.scale = scale;
    this.pairs = List.copyOf(pairs);
    this.heldOut = List.copyOf(heldOut);
    this.fingerprint = fingerprint;
  }

  @Override
  public TrainableLanguage learner() {
    return learner;
  }

  @Override
  public int[] exampleTokens() {
    return pairs.stream().mapToInt(p -> p.first().length() + p.second().length()).toArray();
  }

  @Override
  public TrainableLanguage.BatchLoss accumulate(int[] examples, long step) {
    List<TokenSequence> sentences = new ArrayList<>(2 * examples.length);
    for (int example : examples) {
      sentences.add(pairs.get(example).first());
    }
    for (int example : examples) {
      sentences.add(pairs.get(example).second());
    }
    Map<TokenSequence, Integer> numbers = new HashMap<>();
    List<Integer> texts = new ArrayList<>(sentences.size());
    for (TokenSequence sentence : sentences) {
      texts.add(numbers.computeIfAbsent(sentence, unseen -> numbers.size()));
    }
    return learner.accumulate(
        sentences, View.MONOLINGUAL, new Objective.Ranking(texts, examples.length, scale), 1);
  }

  /** How many held-out sentences find their paraphrase, in %, by margin, both directions' mean. */
  @Override
  public double score() {
    return 100
        - BitextError.of(
                vectors(heldOut.stream().map(Pair::first).toList()),
                vectors(heldOut.stream().map(Pair::second).toList()),
                MARGIN_NEIGHBOURS)
            .margin();
  }

  private float[][] vectors(List<TokenSequence> sentences) {
    List<float[]> vectors = new ArrayList<>(sentences.size());
    for (int from = 0; from < sentences.size(); from += SCORING_BATCH) {
      List<TokenSequence> some =
          sentences.subList(from, Math.min(from + SCORING_BATCH, sentences.size()));
      vectors.addAll(List.of(learner.vectors(some, View.MONOLINGUAL)));
    }
    return vectors.toArray(float[][]::new);
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
