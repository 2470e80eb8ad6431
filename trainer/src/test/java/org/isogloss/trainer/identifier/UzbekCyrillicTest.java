package org.isogloss.trainer.identifier;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UzbekCyrillicTest {
  @Test
  void lettersAreThoseOfTheOlderAlphabet() {
    assertThat(UzbekCyrillic.of("Men bugun o‘zbek tilida gapiraman."))
        .isEqualTo("мен бугун ўзбек тилида гапираман.");
    assertThat(UzbekCyrillic.of("Yo‘q, tog'da qor yog‘yapti")).isEqualTo("йўқ, тоғда қор ёғяпти");
    assertThat(UzbekCyrillic.of("Yaxshi choy ichamiz")).isEqualTo("яхши чой ичамиз");
    assertThat(UzbekCyrillic.of("Ertaga yer va poeziya")).isEqualTo("эртага ер ва поэзия");
    assertThat(UzbekCyrillic.of("ma’no 'ha'")).isEqualTo("маъно 'ҳа'");
  }

  @Test
  void whatIsNoLetterStays() {
    assertThat(UzbekCyrillic.of("12 — дом")).isEqualTo("12 — дом");
    assertThat(UzbekCyrillic.of("")).isEmpty();
  }
}
