package org.isogloss.streams.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import org.isogloss.schemas.record.Pair;
import org.isogloss.streams.sample.AnswerKey;
import org.isogloss.streams.sample.PairScore;
import org.isogloss.streams.sample.SampleCorpus;
import org.isogloss.streams.sample.SamplePair;

/** Holds what was mined from the sample corpus against its answer key. */
final class DemoOutcome {
  private DemoOutcome() {}

  /**
   * @param pairs all that were mined
   * @param seconds from the first sentence sent until the last was encoded
   * @param best how many pairs of each language to show
   */
  static DemoReport report(
      SampleCorpus corpus, List<Pair> pairs, PipelineCounters counters, double seconds, int best) {
    String pivot = corpus.languages().getFirst();
    SortedMap<String, Long> sentences = counters.sentencesByLanguage();
    SortedMap<String, Long> tokens = counters.tokensByLanguage();
    DemoReport report = new DemoReport(pivot);
    for (String language : corpus.languages()) {
      long encoded = sentences.getOrDefault(language, 0L);
      double rate = tokens.getOrDefault(language, 0L) / seconds;
      if (language.equals(pivot)) {
        report.add(new DemoReport.Language(language, encoded, rate, 0, 0, 0, List.of()));
        continue;
      }
      List<Pair> found =
          pairs.stream().filter(p -> p.getSourceLanguage().equals(language)).toList();
      AnswerKey key = corpus.answerKey(language, pivot);
      PairScore score = key.score(found.stream().map(DemoOutcome::ids).toList());
      report.add(
          new DemoReport.Language(
              language,
              encoded,
              rate,
              score.found(),
              score.precision(),
              score.recall(),
              best(found, key.pairs(), best)));
    }
    return report;
  }

  private static SamplePair ids(Pair pair) {
    return new SamplePair(pair.getSourceId(), pair.getTargetId());
  }

  private static List<DemoReport.BestPair> best(List<Pair> found, Set<SamplePair> key, int count) {
    List<Pair> sorted = new ArrayList<>(found);
    sorted.sort((a, b) -> Double.compare(b.getMargin(), a.getMargin()));
    return sorted.stream()
        .limit(count)
        .map(
            pair ->
                new DemoReport.BestPair(
                    pair.getMargin(),
                    key.contains(ids(pair)),
                    pair.getSourceText(),
                    pair.getTargetText()))
        .toList();
  }
}
