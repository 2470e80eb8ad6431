package org.isogloss.trainer.crosslingual;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.isogloss.encoder.engine.Dropout;
import org.isogloss.encoder.engine.TrainableLanguage;
import org.isogloss.encoder.engine.VectorBank;
import org.isogloss.encoder.space.View;
import org.isogloss.encoder.tokenize.TokenSequence;
import org.isogloss.metrics.BitextError;
import org.isogloss.trainer.data.KnownMatches;
import org.isogloss.trainer.data.SentencePair;
import org.isogloss.trainer.loop.Mixture;
import org.isogloss.trainer.loop.RunSeed;
import org.isogloss.trainer.loop.SeededBatches;
import org.isogloss.trainer.loop.TrainingTask;

/** Sentences of a language, each with the number of its English vector. */
final class AlignmentTask implements TrainingTask {
  static final String SCORE = "dev_accuracy";
  private static final int MARGIN_NEIGHBOURS = 4;
  private static final int SCORING_TOKENS = 1_024;

  /**
   * Sentences and their targets.
   *
   * @param targets numbers in the bank
   * @param alsoRight numbers of what the data says to be right as well
   */
  record Examples(
      List<TokenSequence> sentences, List<Integer> targets, List<Set<Integer>> alsoRight) {
    Examples {
      sentences = List.copyOf(sentences);
      targets = List.copyOf(targets);
      alsoRight = List.copyOf(alsoRight);
    }

    /**
     * Of pairs.
     *
     * @param tokens of every source
     * @param places of the pivots' vectors in the bank, which is in their order
     * @param known what else is right
     */
    static Examples of(
        List<SentencePair> pairs,
        Map<String, TokenSequence> tokens,
        SequencedMap<String, Integer> places,
        KnownMatches known) {
      Map<String, Set<Integer>> byKey = KnownMatches.places(List.copyOf(places.sequencedKeySet()));
      List<TokenSequence> sentences = new ArrayList<>(pairs.size());
      List<Integer> targets = new ArrayList<>(pairs.size());
      List<Set<Integer>> alsoRight = new ArrayList<>(pairs.size());
      for (SentencePair pair : pairs) {
        int target = Objects.requireNonNull(places.get(pair.pivot()));
        sentences.add(Objects.requireNonNull(tokens.get(pair.source())));
        targets.add(target);
        alsoRight.add(
            known.of(KnownMatches.key(pair.source())).stream()
                .flatMap(key -> byKey.getOrDefault(key, Set.of()).stream())
                .filter(place -> place != target)
                .collect(Collectors.toUnmodifiableSet()));
      }
      return new Examples(sentences, targets, alsoRight);
    }

    int[] tokens() {
      return sentences.stream().mapToInt(TokenSequence::length).toArray();
    }
  }

  private final TrainableLanguage learner;
  private final VectorBank bank;
  private final AlignmentSettings settings;
  private final Examples first;
  private final AlignmentLoss firstLoss;
  private final Mixture mixture;
  private final Optional<Examples> second;
  private final List<TokenSequence> heldOut;
  private final float[][] heldOutPivots;
  private final String fingerprint;
  private int secondEpoch = -1;
  private List<int[]> secondBatches = List.of();
  private int secondBefore;

  /**
   * @param first what the loop's batches are cut of; with second, every other batch is of that
   * @param mixture of first
   * @param second paraphrases beside translations
   * @param heldOutPivots {@code [held out][dimension]}
   */
  AlignmentTask(
      TrainableLanguage learner,
      VectorBank bank,
      AlignmentSettings settings,
      Examples first,
      AlignmentLoss firstLoss,
      Mixture mixture,
      Optional<Examples> second,
      List<TokenSequence> heldOut,
      float[][] heldOutPivots,
      String fingerprint) {
    this.learner = learner;
    this.bank = bank;
    this.settings = settings;
    this.first = first;
    this.firstLoss = firstLoss;
    this.mixture = mixture;
    this.second = second;
    this.heldOut = heldOut;
    this.heldOutPivots = heldOutPivots;
    this.fingerprint = fingerprint;
  }

  @Override
  public TrainableLanguage learner() {
    return learner;
  }

  @Override
  public int[] exampleTokens() {
    return first.tokens();
  }

  @Override
  public Mixture mixture() {
    return mixture;
  }

  /** With paraphrases beside translations, every second batch gives way to one of paraphrases. */
  @Override
  public TrainableLanguage.BatchLoss accumulate(int[] examples, long step) {
    if (second.isEmpty() || step % 2 == 0) {
      return accumulate(first, examples, firstLoss, step);
    }
    Examples paraphrases = second.get();
    return accumulate(
        paraphrases, secondBatch(paraphrases, step / 2), settings.paraphraseLoss(), step);
  }

  private TrainableLanguage.BatchLoss accumulate(
      Examples of, int[] examples, AlignmentLoss loss, long step) {
    List<TokenSequence> sentences = new ArrayList<>(examples.length);
    List<Integer> targets = new ArrayList<>(examples.length);
    List<Set<Integer>> alsoRight = new ArrayList<>(examples.length);
    for (int example : examples) {
      sentences.add(of.sentences().get(example));
      targets.add(of.targets().get(example));
      alsoRight.add(of.alsoRight().get(example));
    }
    return learner.accumulate(
        sentences,
        View.CROSS_LINGUAL,
        loss.of(
            bank,
            targets,
            alsoRight,
            1 / settings.temperature(),
            settings.sameFrom(),
            settings.hardNegatives()),
        1,
        new Dropout(settings.dropout(), RunSeed.of(settings.stage().loop().seed(), step)));
  }

  /** The so manieth batch of endless epochs. */
  private int[] secondBatch(Examples paraphrases, long number) {
    SeededBatches batches =
        new SeededBatches(
            paraphrases.tokens(),
            settings.stage().loop().tokenBudget(),
            settings.stage().loop().mostExamples(),
            settings.stage().loop().seed() + 1);
    if (secondEpoch < 0) {
      secondEpoch = 0;
      secondBatches = batches.epoch(0);
    }
    while (number >= secondBefore + secondBatches.size()) {
      secondBefore += secondBatches.size();
      secondBatches = batches.epoch(++secondEpoch);
    }
    return secondBatches.get((int) (number - secondBefore));
  }

  /** How many of the held-out pairs are found, in %, by margin, the mean of both directions. */
  @Override
  public double score() {
    return 100 - BitextError.of(heldOutVectors(), heldOutPivots, MARGIN_NEIGHBOURS).margin();
  }

  private float[][] heldOutVectors() {
    List<Integer> order =
        IntStream.range(0, heldOut.size())
            .boxed()
            .sorted(Comparator.comparingInt(i -> heldOut.get(i).length()))
            .toList();
    float[][] vectors = new float[heldOut.size()][];
    for (int from = 0; from < order.size(); ) {
      int to = from;
      int tokens = 0;
      while (to < order.size() && (to == from || tokens < SCORING_TOKENS)) {
        tokens += heldOut.get(order.get(to)).length();
        to++;
      }
      List<Integer> some = order.subList(from, to);
      float[][] of = learner.vectors(some.stream().map(heldOut::get).toList(), View.CROSS_LINGUAL);
      for (int i = 0; i < of.length; i++) {
        vectors[some.get(i)] = of[i];
      }
      from = to;
    }
    return vectors;
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
