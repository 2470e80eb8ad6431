package org.isogloss.trainer.crosslingual;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.isogloss.encoder.space.Digest;
import org.isogloss.trainer.data.SentencePair;

/**
 * Pairs that score a run, and those left to train on: none of these has a sentence of the others.
 * Chosen by a digest of the text, so the same pairs are held out whatever else is in the files.
 */
record HeldOutPairs(List<SentencePair> heldOut, List<SentencePair> training) {
  /**
   * Chooses.
   *
   * @param share at most so many, by what there is
   * @param most at most so many in any case
   */
  static HeldOutPairs of(List<SentencePair> all, int share, int most) {
    Set<String> sources = new HashSet<>();
    Set<String> pivots = new HashSet<>();
    List<SentencePair> heldOut = new ArrayList<>();
    for (SentencePair pair : byDigest(all).toList()) {
      if (heldOut.size() == Math.min(share, most)) {
        break;
      }
      // A sentence with several translations would make the score ambiguous.
      if (!sources.contains(pair.source()) && !pivots.contains(pair.pivot())) {
        sources.add(pair.source());
        pivots.add(pair.pivot());
        heldOut.add(pair);
      }
    }
    return new HeldOutPairs(heldOut, without(all, heldOut));
  }

  /** In the order of the digests of their text. */
  static Stream<SentencePair> byDigest(List<SentencePair> pairs) {
    return pairs.stream().sorted(Comparator.comparing(HeldOutPairs::digest));
  }

  /** Pairs without any sentence of others. */
  static List<SentencePair> without(List<SentencePair> all, List<SentencePair> others) {
    Set<String> texts = new HashSet<>();
    others.forEach(
        pair -> {
          texts.add(pair.source());
          texts.add(pair.pivot());
        });
    return all.stream()
        .filter(pair -> !texts.contains(pair.source()) && !texts.contains(pair.pivot()))
        .toList();
  }

  private static String digest(SentencePair pair) {
    return Digest.of((pair.source() + "\t" + pair.pivot()).getBytes(UTF_8)).hex();
  }
}
