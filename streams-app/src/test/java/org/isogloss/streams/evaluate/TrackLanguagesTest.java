package org.isogloss.streams.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.isogloss.encoder.space.Digest;
import org.isogloss.metrics.suite.ScoredPair;
import org.isogloss.metrics.suite.SimilarityTrack;
import org.isogloss.metrics.suite.Suite;
import org.isogloss.streams.identify.LanguageIdentifier;
import org.isogloss.streams.identify.ScriptAndModelIdentifier;
import org.junit.jupiter.api.Test;

class TrackLanguagesTest {
  private static final LanguageIdentifier IDENTIFIER =
      ScriptAndModelIdentifier.load(ScriptAndModelIdentifier.DEFAULT_LANGUAGES);

  /** Of STS17's track 6, whose file is called tr-en. */
  private static final List<ScoredPair> ENGLISH_FIRST =
      List.of(
          new ScoredPair(
              "0",
              1.4,
              "A silhouette of two dogs running by a lake.",
              "Çamurda yürüyen, birinin ağzında bir top olan iki siyah ve beyaz köpek."),
          new ScoredPair("1", 4, "The lady is blonde.", "Kadın sarışın."),
          new ScoredPair(
              "2", 2, "The man is walking down the street.", "Adam sokakta yürüyor ve gülüyor."));

  private final List<String> notes = new ArrayList<>();

  private SimilarityTrack settled(SimilarityTrack track) {
    Suite suite = new Suite("suite", Digest.of("suite"), List.of(track));
    Suite settled = TrackLanguages.settled(suite, IDENTIFIER, notes::add);
    assertThat(settled.digest().equals(suite.digest()))
        .as("the digest is that of the files, save where a track was turned")
        .isEqualTo(settled.sets().equals(suite.sets()));
    return (SimilarityTrack) settled.sets().getFirst();
  }

  @Test
  void aTrackWhoseSentencesStandTheOtherWayRoundThanItsNameIsTurnedRoundAndToldOf() {
    SimilarityTrack settled =
        settled(new SimilarityTrack("sts17/track6", "tr", "en", ENGLISH_FIRST));
    assertThat(settled).isEqualTo(new SimilarityTrack("sts17/track6", "en", "tr", ENGLISH_FIRST));
    assertThat(notes).singleElement().asString().startsWith("sts17/track6: ").contains("en-tr");
  }

  @Test
  void aTrackThatIsAsItsNameSaysStaysAndSoDoesOneWhoseTextTellsNothing() {
    SimilarityTrack right = new SimilarityTrack("set/track", "en", "tr", ENGLISH_FIRST);
    assertThat(settled(right)).isEqualTo(right);
    SimilarityTrack numbers =
        new SimilarityTrack("set/track", "tr", "en", List.of(new ScoredPair("0", 1, "1", "2")));
    assertThat(settled(numbers)).isEqualTo(numbers);
    SimilarityTrack oneLanguage =
        new SimilarityTrack(
            "set/track", "en", "en", List.of(new ScoredPair("0", 1, "Yes.", "No.")));
    assertThat(settled(oneLanguage)).isEqualTo(oneLanguage);
    assertThat(notes).isEmpty();
  }
}
