package org.isogloss.encoder.engine;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** One objective of every kind, by a name, for tests of what holds for all of them. */
final class EveryLoss {
  /** How many each objective is for. */
  static final int SENTENCES = 8;

  private EveryLoss() {}

  /**
   * Each sentence's target is the vector of its number.
   *
   * @param bank at least two vectors more than sentences
   */
  static Map<String, Objective> towards(VectorBank bank) {
    List<Integer> own = IntStream.range(0, SENTENCES).boxed().toList();
    Map<String, Objective> objectives = new LinkedHashMap<>();
    objectives.put("cosine", new Objective.Cosine(bank, own));
    objectives.put("squared error", new Objective.SquaredError(bank, own));
    objectives.put("in batch", new Objective.InBatch(bank, own, 20, 0.9, true));
    objectives.put(
        "in batch with hard negatives",
        new Objective.InBatch(
            bank, own, Collections.nCopies(SENTENCES, Set.of(9)), 20, 0.9, true, 2));
    objectives.put("whole bank", new Objective.WholeBank(bank, own, 20, 0.9));
    objectives.put(
        "ranking", new Objective.Ranking(List.of(1, 2, 3, 4, 5, 2, 4, 6), SENTENCES / 2 - 1, 20));
    objectives.put(
        "sum",
        new Objective.Sum(
            List.of(
                new Objective.Term(1, new Objective.WholeBank(bank, own, 20, 0.9)),
                new Objective.Term(0.5, new Objective.Cosine(bank, own)))));
    return objectives;
  }
}
