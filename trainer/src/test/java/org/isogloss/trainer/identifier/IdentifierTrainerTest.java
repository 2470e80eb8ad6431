package org.isogloss.trainer.identifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.isogloss.language.LanguageClassifier;
import org.isogloss.language.LanguageGuess;
import org.junit.jupiter.api.Test;

class IdentifierTrainerTest {
  private static final IdentifierSettings SETTINGS = new IdentifierSettings(7, 3_000, 1, 12, 12);

  private static final String GERMAN =
      "der die das und ist nicht ein eine Kind Kinder Schule spielen Brot Markt heute morgen schön";
  private static final String DUTCH =
      "de het een en is niet kind kinderen school spelen brood markt vandaag morgen mooi ik ging";
  private static final String RUSSIAN = "и в не на дети дом школа играют хлеб рынок сегодня утро";
  private static final String KYRGYZ =
      "бул жана эмес балдар үй мектеп ойношот нан базар бүгүн эрте";

  /** Sentences of four to nine of these words. */
  private static List<String> sentences(String words, int count, long seed) {
    Random random = new Random(seed);
    String[] all = words.split(" ", -1);
    List<String> sentences = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<String> chosen = new ArrayList<>();
      for (int left = 4 + random.nextInt(6); left > 0; left--) {
        chosen.add(all[random.nextInt(all.length)]);
      }
      sentences.add(String.join(" ", chosen) + ".");
    }
    return sentences;
  }

  private static SortedMap<String, List<String>> fourLanguages() {
    return new TreeMap<>(
        Map.of(
            "de", sentences(GERMAN, 400, 1),
            "nl", sentences(DUTCH, 200, 2),
            "ru", sentences(RUSSIAN, 400, 3),
            "ky", sentences(KYRGYZ, 100, 4)));
  }

  private static TrainedIdentifier train(
      IdentifierSettings settings, SortedMap<String, List<String>> texts) {
    return new IdentifierTrainer(settings, (done, all) -> {}).train(texts);
  }

  @Test
  void heldOutSentencesAreToldApart() {
    TrainedIdentifier trained = train(SETTINGS, fourLanguages());
    assertThat(trained.macroAccuracy()).isEqualTo(1);
    assertThat(trained.macroCutAccuracy()).isGreaterThan(0.9);
    assertThat(trained.languages().get("nl"))
        .satisfies(nl -> assertThat(nl.trained() + nl.sentences()).isEqualTo(200));
    LanguageClassifier classifier = trained.classifier();
    assertThat(classifier.guess("Kinder spielen nicht"))
        .map(LanguageGuess::language)
        .contains("de");
    assertThat(classifier.guess("балдар ойношот")).map(LanguageGuess::language).contains("ky");
  }

  @Test
  void theSameSeedGivesTheSameBytesAndAnotherOneOthers() {
    byte[] first = train(SETTINGS, fourLanguages()).classifier().write();
    assertThat(train(SETTINGS, fourLanguages()).classifier().write()).isEqualTo(first);
    IdentifierSettings other = new IdentifierSettings(8, 3_000, 1, 12, 12);
    assertThat(train(other, fourLanguages()).classifier().write()).isNotEqualTo(first);
  }

  @Test
  void aLanguageNeverMetLooksLessFamiliar() {
    LanguageClassifier classifier = train(SETTINGS, fourLanguages()).classifier();
    LanguageGuess swedish =
        classifier.guess("barnen leker på skolgården varje kväll").orElseThrow();
    LanguageGuess german = classifier.guess("die Kinder spielen heute nicht schön").orElseThrow();
    assertThat(german.ordinary()).isTrue();
    assertThat(swedish.ordinary()).isFalse();
    assertThat(swedish.familiarity()).isLessThan(german.familiarity() / 2);
  }

  @Test
  void foreignLinesMakeNoScriptOfALanguage() {
    SortedMap<String, List<String>> texts = fourLanguages();
    List<String> mixed = new ArrayList<>(texts.get("de"));
    mixed.addAll(sentences("это по русски написано здесь", 5, 9));
    texts.put("de", mixed);
    assertThat(train(SETTINGS, texts).classifier().guess("это написано здесь"))
        .map(LanguageGuess::language)
        .isNotEqualTo(Optional.of("de"));
  }

  @Test
  void tooLittleTextIsRefusedWithItsLanguage() {
    SortedMap<String, List<String>> texts = fourLanguages();
    texts.put("am", List.of("ሰላም", "ዓለም"));
    assertThatThrownBy(() -> train(SETTINGS, texts))
        .hasMessageContaining("ISO-401")
        .hasMessageContaining("2 sentences of am");
    assertThatThrownBy(() -> train(SETTINGS, new TreeMap<>())).hasMessageContaining("ISO-401");
  }

  @Test
  void badSettingsAreRefused() {
    assertThatThrownBy(() -> new IdentifierSettings(1, 0, 1, 16, 16))
        .hasMessageContaining("at least one sentence");
    assertThatThrownBy(() -> new IdentifierSettings(1, 1, Double.NaN, 16, 16))
        .hasMessageContaining("learning rate");
    assertThatThrownBy(() -> new IdentifierSettings(1, 1, 1, 30, 16)).hasMessageContaining("30");
  }
}
