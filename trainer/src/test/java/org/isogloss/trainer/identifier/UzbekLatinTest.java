package org.isogloss.trainer.identifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.isogloss.encoder.module.Manifests;
import org.isogloss.encoder.module.Transliteration;
import org.junit.jupiter.api.Test;

/** The rules that the documentation offers for Uzbek. */
class UzbekLatinTest {
  private static Transliteration rules() throws IOException {
    Path file = Path.of("..", "docs", "reproduce", "uzbek-latin.json");
    return Manifests.readTransliteration(Files.readString(file), file.toString());
  }

  @Test
  void cyrillicIsReadAsTheLatinThatPeopleWrite() throws IOException {
    assertThat(rules().apply("Менинг бир ўғлим ва бир қизим бор. Ўғлим Нью Йоркда."))
        .isEqualTo("Mening bir oʻgʻlim va bir qizim bor. Oʻgʻlim Nyu Yorkda.");
    assertThat(rules().apply("Елена етти ой поездда юрди, маъно ва шеър"))
        .isEqualTo("Yelena yetti oy poyezdda yurdi, maʼno va sheʼr");
  }

  @Test
  void whatComesFromRussianIsSpeltAsInTheAlphabetOf1995() throws IOException {
    assertThat(rules().apply("функция, объект, цирк, милиция, станция, Цемент"))
        .isEqualTo("funksiya, obyekt, sirk, militsiya, stansiya, Sement");
  }

  @Test
  void everyApostropheBecomesTheLetterThatItStandsFor() throws IOException {
    for (String apostrophe : List.of("'", "`", "\u2018", "\u2019", "\u02bb", "\u02bc")) {
      assertThat(rules().apply("o'zbek G'alaba ma'lumot 'men'".replace("'", apostrophe)))
          .isEqualTo("oʻzbek Gʻalaba maʼlumot 'men'".replace("'", apostrophe));
    }
  }

  @Test
  void bothScriptsOfATextAreReadAlike() throws IOException {
    for (String latin :
        List.of(
            "bizning shahrimizda oʻn beshta maktab bor",
            "choy ichamizmi yoki qahva",
            "gʻalaba qozongan yigit uyga keldi",
            "sanʼat va maʼno")) {
      assertThat(rules().apply(UzbekCyrillic.of(latin))).isEqualTo(latin);
    }
  }
}
