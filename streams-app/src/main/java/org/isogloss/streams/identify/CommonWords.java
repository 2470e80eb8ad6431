package org.isogloss.streams.identify;

import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Languages in Latin script that the model does not know, by their commonest words. One counts as
 * found where its words make up a good part of the sentence and several different ones occur.
 */
final class CommonWords {
  private static final double SHARE = 0.34;
  private static final int DIFFERENT = 2;
  private static final Pattern BETWEEN_WORDS = Pattern.compile("[^\\p{L}\\p{M}]+");

  private static final Map<String, Set<String>> WORDS =
      Map.of(
          "ha",
          words(
              """
              da na ba ya ta sun suna yana tana ana ina muna kuna kana za zai zata ne ce su shi ita
              mu ni wannan wannen waɗannan wani wata cikin amma kuma akwai babu mai masu zuwa daga
              domin saboda lokacin mutane yau gobe jiya don ga har yadda abin sai idan wanda wadda
              yi yin an kan ruwa gida sosai kowa duk yara gari inda kasuwa mun
              """),
          "rw",
          words(
              """
              mu ku na ni ya wa ba bya ry cyane kandi ariko ubu ejo uyu iyi iki aba ibi muri kuri
              nta nti ntabwo ko cyangwa kuko niba abantu umuntu yari bari ari ndi turi buri mbere
              nyuma hano ubwo rero igihe gusa kugira nk nka nawe we bose yose byose umwana abana
              bw by ry cy rw y n w k amazi iwacu umugore umugabo inzu isoko munsi umunsi
              """));

  private CommonWords() {}

  private static Set<String> words(String list) {
    return Set.of(
        new HashSet<>(java.util.List.of(list.strip().split("\\s+"))).toArray(String[]::new));
  }

  /** The language found among these, and the share of its words. */
  static Optional<Identification.Identified> find(String text, Set<String> languages) {
    String[] words = BETWEEN_WORDS.split(text.toLowerCase(Locale.ROOT).strip());
    Optional<Identification.Identified> best = Optional.empty();
    for (Map.Entry<String, Set<String>> entry : WORDS.entrySet()) {
      if (!languages.contains(entry.getKey())) {
        continue;
      }
      int hits = 0;
      Set<String> different = new HashSet<>();
      for (String word : words) {
        if (entry.getValue().contains(word)) {
          hits++;
          different.add(word);
        }
      }
      double share = (double) hits / words.length;
      if (share >= SHARE
          && different.size() >= DIFFERENT
          && best.map(found -> found.confidence() < share).orElse(true)) {
        best = Optional.of(new Identification.Identified(entry.getKey(), share));
      }
    }
    return best;
  }
}
