package org.isogloss.streams.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.isogloss.encoder.space.Digest;
import org.isogloss.metrics.suite.EvaluationSet;
import org.isogloss.metrics.suite.ScoredPair;
import org.isogloss.metrics.suite.SimilarityTrack;
import org.isogloss.metrics.suite.Suite;
import org.isogloss.streams.identify.Identification;
import org.isogloss.streams.identify.LanguageIdentifier;

/**
 * Which sentence of a track is of which language. A file's name gives the two languages, and its
 * columns may stand the other way round: SemEval-2017's track 2 is called ar-en, and its first
 * sentences are English. Taken by the name, every sentence would get the other language's modules.
 */
public final class TrackLanguages {
  /** Of two languages that are hard to tell apart the name decides. */
  private static final int TIMES_AS_MANY = 3;

  /** Fewer pairs whose two languages are told are no evidence: one in so many. */
  private static final int LEAST_TOLD = 4;

  private TrackLanguages() {}

  /**
   * The same suite with the languages of every track in the order of its sentences. The digest of
   * one with turned tracks is another: it is another suite than what the files' names say.
   *
   * @param note hears of each track that is turned round
   */
  public static Suite settled(Suite suite, LanguageIdentifier identifier, Consumer<String> note) {
    List<EvaluationSet> sets =
        suite.sets().stream()
            .map(
                set ->
                    set instanceof SimilarityTrack track ? settled(track, identifier, note) : set)
            .toList();
    List<String> turned = new ArrayList<>();
    for (int i = 0; i < sets.size(); i++) {
      if (!sets.get(i).equals(suite.sets().get(i))) {
        turned.add(sets.get(i).name());
      }
    }
    Digest digest =
        turned.isEmpty()
            ? suite.digest()
            : Digest.of(suite.digest().hex() + " turned " + String.join(" ", turned));
    return new Suite(suite.name(), digest, sets);
  }

  private static EvaluationSet settled(
      SimilarityTrack track, LanguageIdentifier identifier, Consumer<String> note) {
    if (track.left().equals(track.right())) {
      return track;
    }
    int asNamed = 0;
    int reversed = 0;
    for (ScoredPair item : track.items()) {
      Optional<String> first = language(identifier, item.first());
      Optional<String> second = language(identifier, item.second());
      if (first.equals(Optional.of(track.left())) && second.equals(Optional.of(track.right()))) {
        asNamed++;
      }
      if (first.equals(Optional.of(track.right())) && second.equals(Optional.of(track.left()))) {
        reversed++;
      }
    }
    if (reversed <= TIMES_AS_MANY * asNamed || reversed * LEAST_TOLD < track.items().size()) {
      return track;
    }
    note.accept(
        "%s: %d of %d pairs stand as %s-%s, not as its name says; they are taken so"
            .formatted(track.name(), reversed, track.items().size(), track.right(), track.left()));
    return new SimilarityTrack(track.name(), track.right(), track.left(), track.items());
  }

  private static Optional<String> language(LanguageIdentifier identifier, String text) {
    return switch (identifier.identify(text)) {
      case Identification.Identified identified -> Optional.of(identified.language());
      default -> Optional.empty();
    };
  }
}
