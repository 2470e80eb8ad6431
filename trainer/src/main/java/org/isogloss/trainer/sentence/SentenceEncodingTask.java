package org.isogloss.trainer.sentence;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.isogloss.encoder.engine.Dropout;
import org.isogloss.encoder.engine.Objective;
import org.isogloss.encoder.engine.TrainableLanguage;
import org.isogloss.encoder.space.View;
import org.isogloss.encoder.tokenize.TokenSequence;
import org.isogloss.metrics.BitextError;
import org.isogloss.trainer.data.KnownMatches;
import org.isogloss.trainer.loop.RunSeed;
import org.isogloss.trainer.loop.TrainingTask;

/**
 * Paraphrases that find each other among the others of their batch. A sentence may be its own
 * paraphrase: noise then makes two vectors of it.
 */
public final class SentenceEncodingTask implements TrainingTask {
  private static final String SCORE = "dev_accuracy";
  private static final int MARGIN_NEIGHBOURS = 4;
  private static final int SCORING_BATCH = 32;

  /**
   * A sentence.
   *
   * @param key that equal texts share, of {@link KnownMatches#key}
   */
  public record Sentence(TokenSequence tokens, String key) {}

  /** Two sentences of the same meaning. */
  public record Pair(Sentence first, Sentence second) {}

  private final TrainableLanguage learner;
  private final double scale;
  private final List<Pair> pairs;
  private final List<Pair> heldOut;
  private final KnownMatches known;
  private final double stateDropout;
  private final long seed;
  private final String fingerprint;

  /**
   * @param learner stays the caller's
   * @param scale of cosines in the softmax
   * @param heldOut score the run
   * @param known paraphrases, which are no negatives of each other
   * @param stateDropout share of the states' values that is left out of each batch; 0: nothing
   * @param seed decides which
   * @param fingerprint of data and settings
   */
  public SentenceEncodingTask(
      TrainableLanguage learner,
      double scale,
      List<Pair> pairs,
      List<Pair> heldOut,
      KnownMatches known,
      double stateDropout,
      long seed,
      String fingerprint) {
    this.learner = learner;
    this.scale = scale;
    this.pairs = List.copyOf(pairs);
    this.heldOut = List.copyOf(heldOut);
    this.known = known;
    this.stateDropout = stateDropout;
    this.seed = seed;
    this.fingerprint = fingerprint;
  }

  @Override
  public TrainableLanguage learner() {
    return learner;
  }

  @Override
  public int[] exampleTokens() {
    return pairs.stream()
        .mapToInt(pair -> pair.first().tokens().length() + pair.second().tokens().length())
        .toArray();
  }

  @Override
  public TrainableLanguage.BatchLoss accumulate(int[] examples, long step) {
    List<Sentence> sentences = new ArrayList<>(2 * examples.length);
    for (int example : examples) {
      sentences.add(pairs.get(example).first());
    }
    for (int example : examples) {
      sentences.add(pairs.get(example).second());
    }
    Map<String, Integer> numbers = new HashMap<>();
    List<Integer> texts = new ArrayList<>(sentences.size());
    for (Sentence sentence : sentences) {
      texts.add(numbers.computeIfAbsent(sentence.key(), unseen -> numbers.size()));
    }
    List<Set<Integer>> alsoRight = new ArrayList<>(examples.length);
    for (int example : examples) {
      alsoRight.add(alsoRight(pairs.get(example), numbers));
    }
    return learner.accumulateNoisy(
        sentences.stream().map(Sentence::tokens).toList(),
        View.MONOLINGUAL,
        new Objective.Ranking(texts, examples.length, alsoRight, scale),
        1,
        new Dropout(stateDropout, RunSeed.of(seed, step)));
  }

  /** The paraphrases that the data knows of an anchor, and of its positive. */
  private Set<Integer> alsoRight(Pair pair, Map<String, Integer> numbers) {
    Set<Integer> right = new HashSet<>();
    for (Sentence sentence : List.of(pair.first(), pair.second())) {
      for (String key : known.of(sentence.key())) {
        Integer number = numbers.get(key);
        if (number != null) {
          right.add(number);
        }
      }
    }
    return right;
  }

  /** How many held-out sentences find their paraphrase, in %, by margin, both directions' mean. */
  @Override
  public double score() {
    return 100
        - BitextError.of(
                vectors(heldOut.stream().map(Pair::first).map(Sentence::tokens).toList()),
                vectors(heldOut.stream().map(Pair::second).map(Sentence::tokens).toList()),
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
