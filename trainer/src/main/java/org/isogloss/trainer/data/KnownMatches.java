package org.isogloss.trainer.data;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the data itself says to be a right match of a text: all that it was ever paired with. A
 * contrastive loss that took one of these for a negative would unlearn what another pair teaches.
 * Texts that differ only in form ({@link TextKey}) are one.
 *
 * <p>Not changed after it was made; safe for several threads.
 */
public final class KnownMatches {
  private final Map<String, Set<String>> partners = new HashMap<>();

  private KnownMatches() {}

  /** Of translations or cross-lingual paraphrases: a source's matches are pivots. */
  public static KnownMatches ofTranslations(Collection<SentencePair> pairs) {
    KnownMatches matches = new KnownMatches();
    pairs.forEach(pair -> matches.add(key(pair.source()), key(pair.pivot())));
    return matches;
  }

  /** Of paraphrases within a language: each is the other's match. */
  public static KnownMatches ofParaphrases(Collection<ParaphraseCorpus.Paraphrase> pairs) {
    KnownMatches matches = new KnownMatches();
    for (ParaphraseCorpus.Paraphrase pair : pairs) {
      matches.add(key(pair.first()), key(pair.second()));
      matches.add(key(pair.second()), key(pair.first()));
    }
    return matches;
  }

  private void add(String from, String to) {
    partners.computeIfAbsent(from, unseen -> new HashSet<>()).add(to);
  }

  /**
   * The keys of a text's matches.
   *
   * @param key of the text
   */
  public Set<String> of(String key) {
    return Collections.unmodifiableSet(partners.getOrDefault(key, Set.of()));
  }

  /** What equal texts have in common; that of a text without letters and digits is itself. */
  public static String key(String text) {
    String key = TextKey.of(text);
    return key.isEmpty() ? text : key;
  }

  /**
   * Numbers of texts by their keys.
   *
   * @param texts numbered by their place
   */
  public static Map<String, Set<Integer>> places(List<String> texts) {
    Map<String, Set<Integer>> places = new HashMap<>();
    for (int place = 0; place < texts.size(); place++) {
      places.computeIfAbsent(key(texts.get(place)), unseen -> new HashSet<>()).add(place);
    }
    return places;
  }
}
