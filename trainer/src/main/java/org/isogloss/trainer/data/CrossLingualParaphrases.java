package org.isogloss.trainer.data;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;

/**
 * Sentences and English paraphrases of their translations, by joining translations with paraphrases
 * of either side: of x and its translation y, a paraphrase x' gives (x', y), a paraphrase y' gives
 * (x, y'). Never both at once: meaning drifts with every step. Texts are compared as the guard
 * compares them; what is a translation already is left out, and so is a repetition.
 *
 * @param pairs different from one another, in the order of the translations
 * @param bySource how many come of paraphrases of the language
 * @param byPivot how many come of English paraphrases
 * @param joined how many translations have a paraphrase on either side
 */
public record CrossLingualParaphrases(
    List<SentencePair> pairs, int bySource, int byPivot, int joined) {
  public CrossLingualParaphrases {
    pairs = List.copyOf(pairs);
  }

  /**
   * Joins.
   *
   * @param most of the paraphrases of one sentence, the first in the order of the files
   */
  public static CrossLingualParaphrases join(
      List<SentencePair> translations,
      List<ParaphraseCorpus.Paraphrase> source,
      List<ParaphraseCorpus.Paraphrase> pivot,
      int most) {
    Map<String, List<String>> ofSource = byKey(source);
    Map<String, List<String>> ofPivot = byKey(pivot);
    Set<Key> known = new HashSet<>();
    translations.forEach(pair -> known.add(Key.of(pair)));
    SequencedSet<SentencePair> pairs = new LinkedHashSet<>();
    int bySource = 0;
    int byPivot = 0;
    int joined = 0;
    for (SentencePair pair : translations) {
      List<String> left = ofSource.getOrDefault(TextKey.of(pair.source()), List.of());
      List<String> right = ofPivot.getOrDefault(TextKey.of(pair.pivot()), List.of());
      joined += left.isEmpty() && right.isEmpty() ? 0 : 1;
      for (String paraphrase : left.subList(0, Math.min(most, left.size()))) {
        bySource += add(new SentencePair(paraphrase, pair.pivot()), known, pairs);
      }
      for (String paraphrase : right.subList(0, Math.min(most, right.size()))) {
        byPivot += add(new SentencePair(pair.source(), paraphrase), known, pairs);
      }
    }
    return new CrossLingualParaphrases(List.copyOf(pairs), bySource, byPivot, joined);
  }

  private static int add(SentencePair pair, Set<Key> known, Set<SentencePair> pairs) {
    return known.add(Key.of(pair)) && pairs.add(pair) ? 1 : 0;
  }

  private record Key(String source, String pivot) {
    static Key of(SentencePair pair) {
      return new Key(TextKey.of(pair.source()), TextKey.of(pair.pivot()));
    }
  }

  /** The paraphrases of each sentence, in both directions, different from it and one another. */
  private static Map<String, List<String>> byKey(List<ParaphraseCorpus.Paraphrase> paraphrases) {
    Map<String, Map<String, String>> found = new HashMap<>();
    for (ParaphraseCorpus.Paraphrase pair : paraphrases) {
      String first = TextKey.of(pair.first());
      String second = TextKey.of(pair.second());
      if (!first.isEmpty() && !second.isEmpty() && !first.equals(second)) {
        found
            .computeIfAbsent(first, key -> new LinkedHashMap<>())
            .putIfAbsent(second, pair.second());
        found
            .computeIfAbsent(second, key -> new LinkedHashMap<>())
            .putIfAbsent(first, pair.first());
      }
    }
    Map<String, List<String>> lists = HashMap.newHashMap(found.size());
    found.forEach((key, texts) -> lists.put(key, new ArrayList<>(texts.values())));
    return lists;
  }
}
