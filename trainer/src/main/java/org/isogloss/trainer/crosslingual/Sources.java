package org.isogloss.trainer.crosslingual;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import org.isogloss.trainer.data.DataFile;
import org.isogloss.trainer.data.ParallelCorpus;
import org.isogloss.trainer.data.SentencePair;
import org.isogloss.trainer.loop.Mixture;

/**
 * Translations from several sources, and which source each is from: the first that has it.
 *
 * @param all together, each pair once, in the order of the sources
 * @param sourceOf the number of each pair's source
 * @param interfaceFrom from this number on, sources are short strings of user interfaces
 */
public record Sources(ParallelCorpus all, Map<SentencePair, Integer> sourceOf, int interfaceFrom) {
  public Sources {
    sourceOf = Map.copyOf(sourceOf);
  }

  /** Of plain sources, and of interface strings. */
  public static Sources of(List<ParallelCorpus> plain, List<ParallelCorpus> interfaceStrings) {
    SequencedSet<SentencePair> pairs = new LinkedHashSet<>();
    List<DataFile> files = new ArrayList<>();
    Map<SentencePair, Integer> sourceOf = new HashMap<>();
    List<ParallelCorpus> corpora = new ArrayList<>(plain);
    corpora.addAll(interfaceStrings);
    for (int source = 0; source < corpora.size(); source++) {
      for (SentencePair pair : corpora.get(source).pairs()) {
        pairs.add(pair);
        sourceOf.putIfAbsent(pair, source);
      }
      files.addAll(corpora.get(source).files());
    }
    return new Sources(new ParallelCorpus(List.copyOf(pairs), files), sourceOf, plain.size());
  }

  boolean isInterface(SentencePair pair) {
    return source(pair) >= interfaceFrom;
  }

  /** Those from which held-out ones are chosen: no interface strings, where there are others. */
  List<SentencePair> general() {
    List<SentencePair> general = all.pairs().stream().filter(pair -> !isInterface(pair)).toList();
    return general.isEmpty() ? all.pairs() : general;
  }

  /** How some of the pairs come together in batches. */
  Mixture mixture(List<SentencePair> pairs, AlignmentSettings settings) {
    return new Mixture(
        pairs.stream().map(this::source).toList(),
        settings.rootWeights(),
        pairs.stream().map(this::isInterface).toList(),
        settings.interfaceShare());
  }

  private int source(SentencePair pair) {
    return sourceOf.getOrDefault(pair, 0);
  }
}
