package org.isogloss.streams.mine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class BitextKeyTest {
  private static String text(BitextKey key) {
    return new String(key.bytes(), StandardCharsets.UTF_8);
  }

  @Test
  void aKeyIsAJsonArrayInOneLine() {
    assertThat(text(new BitextKey.OfPair("crawl", "de.txt:7", "en.txt:9")))
        .isEqualTo("[\"crawl\",\"de.txt:7\",\"en.txt:9\"]");
    assertThat(text(new BitextKey.OfSealed("crawl"))).isEqualTo("[\"crawl\"]");
    assertThat(text(new BitextKey.OfPair("a\"b", "c\n", "\t\\ሀ")))
        .isEqualTo("[\"a\\\"b\",\"c\\n\",\"\\t\\\\ሀ\"]");
  }

  @Test
  void aKeyGivesItsPartsBackWhateverTheyHold() {
    BitextKey pair = new BitextKey.OfPair("s\",\"", "\u0000\u2028", "\uD83D\uDE00]");
    assertThat(BitextKey.parse(pair.bytes())).contains(pair);
    BitextKey sealed = new BitextKey.OfSealed("[\"x\"]");
    assertThat(BitextKey.parse(sealed.bytes())).contains(sealed);
  }

  @Test
  void otherBytesAreNoKey() {
    for (String bytes :
        new String[] {
          "", "x", "[]", "[\"a\",\"b\"]", "[1", "[\"a\",null,\"b\"]", "[\"a\"]x", "null"
        }) {
      assertThat(BitextKey.parse(bytes.getBytes(StandardCharsets.UTF_8))).as(bytes).isEmpty();
    }
  }
}
