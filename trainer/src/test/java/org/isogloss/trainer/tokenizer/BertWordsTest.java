package org.isogloss.trainer.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.isogloss.encoder.tokenize.SentenceTokenizer;
import org.isogloss.encoder.tokenize.TokenizerSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BertWordsTest {
  /** Characters younger than Hugging Face's tables, which take them for letters; and two more. */
  private static final Set<Integer> YOUNG =
      Set.of(
          0x061D, 0x0890, 0x0891, 0x08E2, 0x09FD, 0x0A76, 0x0C77, 0x0C84, 0x166D, 0x1B4E, 0x1B4F,
          0x1B7D, 0x1B7E, 0x1B7F);

  /** From here on, symbols of editors and scripts of the past have many young characters. */
  private static final int RARE = 0x2E43;

  @TempDir Path folder;

  private final BertWords cased = new BertWords(true, true, false, false);
  private final BertWords uncased = new BertWords(true, true, true, true);

  @Test
  void punctuationAndChineseCharactersAreWords() {
    assertThat(cased.of(" Don't\tpanic…\u00A0中文ab。ሰላም፣ ዓለም። "))
        .containsExactly(
            "Don", "'", "t", "panic", "…", "中", "文", "ab", "。", "ሰላም", "፣", "ዓለም", "።");
    assertThat(new BertWords(true, false, false, false).of("中文ab")).containsExactly("中文ab");
  }

  @Test
  void controlCharactersVanishAndAccentsGoWithCapitals() {
    assertThat(cased.of("a\u0000b\u200Bc\uFFFD É")).containsExactly("abc", "É");
    assertThat(uncased.of("ÉCOLE İstanbul Ärger")).containsExactly("ecole", "istanbul", "arger");
    assertThat(new BertWords(true, true, false, true).of("İ ΣΑΣ"))
        .containsExactly("i\u0307", "σασ");
  }

  /**
   * With the pieces a and ##a alone, what Hugging Face's makes of a, a character and a again tells
   * how it takes the character: removed, as a space, as punctuation, or as part of the word.
   */
  @Test
  void everyCharacterIsTakenAsHuggingFaceTakesIt() throws IOException {
    Files.write(
        folder.resolve("vocab.txt"),
        List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "##a"));
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"do_lower_case\": false}");
    List<String> different = new ArrayList<>();
    int rare = 0;
    try (SentenceTokenizer tokenizer = TokenizerSource.find(folder).open()) {
      for (int c = 1; c <= 0x2FFFF; c++) {
        if (!Character.isDefined(c) || Character.getType(c) == Character.SURROGATE || c == 'a') {
          continue;
        }
        String text = "a" + Character.toString(c) + "a";
        int pieces = tokenizer.tokenize(text, 64).length() - 2;
        int id = tokenizer.tokenize(text, 64).id(2);
        List<String> words = cased.of(text);
        String theirs =
            switch (pieces) {
              case 1 -> "letter";
              case 2 -> id == 6 ? "removed" : "space";
              default -> "alone";
            };
        String ours =
            switch (words.size()) {
              case 1 -> words.getFirst().equals("aa") ? "removed" : "letter";
              case 2 -> "space";
              default -> "alone";
            };
        if (!ours.equals(theirs) && !YOUNG.contains(c)) {
          rare += c >= RARE ? 1 : 0;
          different.add("U+%04X %s, theirs %s".formatted(c, ours, theirs));
        }
      }
    }
    assertThat(different).hasSize(rare).hasSizeLessThan(200);
  }
}
