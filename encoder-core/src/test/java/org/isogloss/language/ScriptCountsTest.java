package org.isogloss.language;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.Character.UnicodeScript;
import org.junit.jupiter.api.Test;

class ScriptCountsTest {
  @Test
  void lettersAreCountedByScript() {
    ScriptCounts counts = ScriptCounts.of("дом 12, x — é");
    assertThat(counts.letters()).isEqualTo(5);
    assertThat(counts.share(UnicodeScript.CYRILLIC)).isEqualTo(0.6);
    assertThat(counts.share(UnicodeScript.LATIN)).isEqualTo(0.4);
    assertThat(counts.share(UnicodeScript.ARABIC)).isZero();
    assertThat(counts.dominant()).contains(UnicodeScript.CYRILLIC);
  }

  @Test
  void lettersBeyondTheBasicPlaneAreLetters() {
    assertThat(ScriptCounts.of("𠀀𠀁").letters()).isEqualTo(2);
    assertThat(ScriptCounts.of("𠀀𠀁").dominant()).contains(UnicodeScript.HAN);
  }

  @Test
  void whatHasNoLettersHasNoScript() {
    assertThat(ScriptCounts.of("12 — 🙂").dominant()).isEmpty();
    assertThat(ScriptCounts.of("").share(UnicodeScript.LATIN)).isZero();
  }
}
