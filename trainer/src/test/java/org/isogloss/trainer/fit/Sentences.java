package org.isogloss.trainer.fit;

import java.util.ArrayList;
import java.util.List;
import org.isogloss.trainer.data.MonolingualCorpus;
import org.isogloss.trainer.data.ParallelCorpus;
import org.isogloss.trainer.data.SentencePair;

/** A few hundred short sentences, all different. */
final class Sentences {
  private Sentences() {}

  static List<String> english() {
    return combine(
        List.of("The baker", "My sister", "A tired nurse", "Our neighbour", "The old judge", "Tom"),
        List.of("sells bread", "plays chess", "waits", "was born", "lost a shoe", "sings well"),
        List.of("in Lisbon.", "near the river.", "at night.", "by the sea.", "again.", "in May."));
  }

  static List<String> german() {
    return combine(
        List.of("Der Bäcker", "Meine Schwester", "Ein Pfleger", "Der Nachbar", "Tom", "Sie"),
        List.of("verkauft Brot", "spielt Schach", "wartet", "wurde geboren", "friert", "singt"),
        List.of("in Lissabon.", "am Fluss.", "in der Nacht.", "am Meer.", "wieder.", "im Mai."));
  }

  private static List<String> combine(List<String> who, List<String> what, List<String> where) {
    List<String> sentences = new ArrayList<>();
    for (String a : who) {
      for (String b : what) {
        for (String c : where) {
          sentences.add(a + " " + b + " " + c);
        }
      }
    }
    return sentences;
  }

  static MonolingualCorpus corpus(List<String> sentences) {
    return new MonolingualCorpus(sentences, List.of());
  }

  /** Every sentence is its own translation. */
  static ParallelCorpus copies(List<String> sentences) {
    return new ParallelCorpus(
        sentences.stream().map(text -> new SentencePair(text, text)).toList(), List.of());
  }
}
