package org.isogloss.trainer.crosslingual;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.isogloss.encoder.tokenize.TokenSequence;
import org.isogloss.trainer.data.KnownMatches;
import org.isogloss.trainer.data.SentencePair;
import org.junit.jupiter.api.Test;

class ExamplesTest {
  @Test
  void whatTheDataSaysToBeRightIsKeptFromBeingANegative() {
    List<SentencePair> pairs =
        List.of(
            new SentencePair("Guten Tag", "Good day"),
            new SentencePair("guten Tag!", "Hello"),
            new SentencePair("Hallo", "HELLO"),
            new SentencePair("Welt", "World"));
    Map<String, TokenSequence> tokens = new HashMap<>();
    SequencedMap<String, Integer> places = new LinkedHashMap<>();
    for (SentencePair pair : pairs) {
      tokens.put(pair.source(), new TokenSequence(new int[] {2, tokens.size() + 5, 3}, false));
      places.put(pair.pivot(), places.size());
    }
    AlignmentTask.Examples examples =
        AlignmentTask.Examples.of(pairs, tokens, places, KnownMatches.ofTranslations(pairs));
    assertThat(examples.targets()).containsExactly(0, 1, 2, 3);
    assertThat(examples.alsoRight())
        .containsExactly(Set.of(1, 2), Set.of(0, 2), Set.of(1), Set.of());
  }
}
