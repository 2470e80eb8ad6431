package org.isogloss.encoder.tokenize;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TruncationTest {
  private static final long SEED = Long.getLong("isogloss.seed", 20261124L);
  private static final int NO_LIMIT = 10_000_000;
  private static final int UNKNOWN = 1;
  private static final int OPENING = 2;
  private static final int CLOSING = 3;
  private static final int MEGABYTE = 1 << 20;

  /** Kinds of text, each of its own trouble for whoever cuts it. */
  private static final List<String> KINDS =
      List.of(
          "abcdefgh",
          "a few words and some more ",
          "   \t\n  ",
          "图书馆下午六点关门",
          "😀👩‍👩‍👧🏳️‍🌈",
          "e\u0301\u0302\u0323\u0338",
          "\u0301\u0316\u0301",
          "...!?,;-",
          "\u200d\u00ad\ufeff",
          "Öğretmen çok güzel ",
          "[MASK][SEP]",
          "Ab1 ",
          "İSTANBUL ΣΑΣ ",
          "한국어 문장 ");

  @TempDir Path folder;

  @Test
  void aSentenceOfExactlyTheLimitIsWholeAndOneTokenMoreIsCutAndFlagged() throws IOException {
    try (SentenceTokenizer tokenizer = wordPieces(false).open()) {
      TokenSequence whole = tokenizer.tokenize("a bc d e", 7);
      assertThat(whole.length()).isEqualTo(7);
      assertThat(whole.truncated()).isFalse();
      TokenSequence cut = tokenizer.tokenize("a bc d e f", 7);
      assertThat(cut.length()).isEqualTo(7);
      assertThat(cut.truncated()).isTrue();
      assertThat(cut.toArray()).isEqualTo(whole.toArray());
    }
  }

  @Test
  void aLongSentenceKeepsItsOpeningAndItsClosingToken() throws IOException {
    String text = "a few words and some more. ".repeat(200);
    try (SentenceTokenizer tokenizer = wordPieces(false).open()) {
      int[] whole = tokenizer.tokenize(text, NO_LIMIT).toArray();
      for (int limit : new int[] {3, 4, 64, 128, 512, whole.length - 1}) {
        TokenSequence cut = tokenizer.tokenize(text, limit);
        assertThat(cut.truncated()).isTrue();
        assertThat(cut.length()).isEqualTo(limit);
        assertThat(cut.id(0)).isEqualTo(OPENING);
        assertThat(cut.id(limit - 1)).isEqualTo(CLOSING);
        assertThat(Arrays.copyOf(cut.toArray(), limit - 1))
            .isEqualTo(Arrays.copyOf(whole, limit - 1))
            .doesNotContain(UNKNOWN);
      }
      assertThat(tokenizer.tokenize(text, whole.length).truncated()).isFalse();
    }
  }

  @Test
  void anEmptySentenceHasItsSpecialTokens() throws IOException {
    try (SentenceTokenizer tokenizer = wordPieces(false).open()) {
      assertThat(tokenizer.tokenize("", 8).toArray()).containsExactly(OPENING, CLOSING);
      assertThat(tokenizer.tokenize(" \n ", 8).truncated()).isFalse();
    }
  }

  @Test
  void aLimitWithoutRoomForAWordIsRefused() throws IOException {
    try (SentenceTokenizer tokenizer = wordPieces(false).open()) {
      assertThatThrownBy(() -> tokenizer.tokenize("a", 2))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void anyTextIsCutAsIfItHadBeenTokenizedWhole() throws IOException {
    assertCutAsWhole(wordPieces(false), 40);
    assertCutAsWhole(wordPieces(true), 20);
  }

  @Test
  void aTokenizerJsonWithAddedTokensCutsAsWell() throws IOException {
    assertCutAsWhole(addedTokens(), 20);
  }

  @Test
  void aTokenizerWhoseWordsAreNotBoundedCutsAsWell() throws IOException {
    assertCutAsWhole(unbounded(), 20);
  }

  @Test
  void aCutThroughAWordThatIsUnknownAsAWholeDoesNotShow() throws IOException {
    try (SentenceTokenizer tokenizer = wordPieces(false).open()) {
      // The first cut is after 4096 characters: inside of the word, after so many of its letters.
      for (int inside : new int[] {1, 50, 99, 100, 101}) {
        for (int word : new int[] {60, 99, 100, 101, 300}) {
          String text = "a" + " ".repeat(4_095 - inside) + "y".repeat(word) + " b".repeat(500);
          for (int limit : new int[] {3, 48, 99, 101, 102, 103, 200}) {
            assertCutAsWhole(
                tokenizer, text, limit, "word %d, cut %d, limit %d".formatted(word, inside, limit));
          }
        }
      }
    }
  }

  @Test
  void aMegabyteInOneLineCostsLittleMoreThanALineOfFourThousandCharacters() throws IOException {
    try (SentenceTokenizer tokenizer = wordPieces(false).open()) {
      for (String unit : List.of("图书馆下午", ".", "a few words ")) {
        for (String start : List.of("", "a ")) {
          String line = start + unit.repeat(4_000 / unit.length());
          String megabyte = start + unit.repeat(MEGABYTE / unit.length());
          assertThat(tokenizer.tokenize(megabyte, 128).toArray())
              .isEqualTo(tokenizer.tokenize(line, 128).toArray());
          long shortNanos = fastest(() -> tokenizer.tokenize(line, NO_LIMIT).length());
          long longNanos = fastest(() -> tokenizer.tokenize(megabyte, 128).length());
          // All of it would cost at least 250 times as much.
          assertThat(longNanos).as(start + unit).isLessThan(25 * shortNanos);
        }
      }
    }
  }

  @Test
  void aLongLineOfFewTokensIsCutAsWholeAndCostsNoMoreThanAFewReadings() throws IOException {
    int length = MEGABYTE / 16;
    try (SentenceTokenizer tokenizer = wordPieces(false).open()) {
      for (String unit : List.of("a", "   ", "😀", "e\u0301")) {
        String line = "a " + unit.repeat(length / unit.length()) + " b".repeat(200);
        assertCutAsWhole(tokenizer, line, 128, unit);
        long wholeNanos = fastest(() -> tokenizer.tokenize(line, NO_LIMIT).length());
        long cutNanos = fastest(() -> tokenizer.tokenize(line, 128).length());
        assertThat(cutNanos).as(unit).isLessThan(8 * wholeNanos);
      }
    }
  }

  private static long fastest(LongSupplier work) {
    long fastest = Long.MAX_VALUE;
    for (int run = 0; run < 2; run++) {
      long start = System.nanoTime();
      if (work.getAsLong() <= 0) {
        throw new AssertionError("no tokens");
      }
      fastest = Math.min(fastest, System.nanoTime() - start);
    }
    return fastest;
  }

  private static void assertCutAsWhole(TokenizerSource source, int rounds) {
    try (SentenceTokenizer tokenizer = source.open()) {
      for (int round = 0; round < rounds; round++) {
        Random random = new Random(SEED + round);
        String text = text(random);
        int limit = random.nextBoolean() ? 3 + random.nextInt(40) : 3 + random.nextInt(600);
        assertCutAsWhole(
            tokenizer, text, limit, "isogloss.seed=%d, round %d".formatted(SEED, round));
      }
    }
  }

  private static void assertCutAsWhole(
      SentenceTokenizer tokenizer, String text, int limit, String described) {
    int[] whole = tokenizer.tokenize(text, NO_LIMIT).toArray();
    TokenSequence cut = tokenizer.tokenize(text, limit);
    assertThat(cut.truncated()).as(described).isEqualTo(whole.length > limit);
    int[] expected = Arrays.copyOf(whole, Math.min(limit, whole.length));
    expected[expected.length - 1] = whole[whole.length - 1];
    assertThat(cut.toArray()).as(described).isEqualTo(expected);
  }

  /** Stretches of one kind after another, in all up to 12,000 characters. */
  private static String text(Random random) {
    int length = 3_500 + random.nextInt(8_500);
    StringBuilder text = new StringBuilder(random.nextBoolean() ? "a " : "");
    while (text.length() < length) {
      String unit = KINDS.get(random.nextInt(KINDS.size()));
      int stretch = random.nextInt(4) == 0 ? random.nextInt(5_000) : random.nextInt(300);
      text.append(unit.repeat(1 + stretch / unit.length()));
    }
    return text.toString();
  }

  private TokenizerSource wordPieces(boolean lowerCase) throws IOException {
    Path file = folder.resolve("vocab.txt");
    Files.writeString(file, String.join("\n", vocabulary()) + "\n", UTF_8);
    return new TokenizerSource.WordPieceVocabulary(file, lowerCase);
  }

  private static List<String> vocabulary() {
    List<String> pieces = new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"));
    "abcdefghijklmnopqrstuvwxyzABISTUL1öğçüÖσαςİ한국어문장\u0301\u0302\u0323\u0338\u0316😀👩👧🏳\ufe0f🌈"
        .codePoints()
        .mapToObj(Character::toString)
        .forEach(
            character -> {
              pieces.add(character);
              pieces.add("##" + character);
            });
    "图书馆下午六点关门.!?,;-[]".codePoints().mapToObj(Character::toString).forEach(pieces::add);
    pieces.addAll(List.of("words", "##re", "some"));
    return pieces;
  }

  /** As most tokenizer.json files of BERT have it: special tokens are found in the text too. */
  private TokenizerSource addedTokens() throws IOException {
    Path vocabulary = wordPieces(false).file();
    String json = new String(TokenizerJsonFile.ofWordPieces(vocabulary, false).json(), UTF_8);
    String added =
        "{\"id\":%d,\"content\":\"%s\",\"single_word\":false,\"lstrip\":false,\"rstrip\":false,"
            + "\"normalized\":false,\"special\":true}";
    Path file = folder.resolve("tokenizer.json");
    Files.writeString(
        file,
        json.replace(
            "\"added_tokens\":[]",
            "\"added_tokens\":[%s,%s]"
                .formatted(added.formatted(3, "[SEP]"), added.formatted(4, "[MASK]"))),
        UTF_8);
    assertThat(TokenizerJsonFile.read(file).mostPiecesPerWord()).hasValue(106);
    return new TokenizerSource.TokenizerJson(file);
  }

  /** Splits at white space alone, and a word of any length falls into its letters. */
  private TokenizerSource unbounded() throws IOException {
    Path file = folder.resolve("unbounded.json");
    Files.writeString(
        file,
        """
        {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
         "pre_tokenizer": {"type": "WhitespaceSplit"},
         "post_processor": {"type": "BertProcessing", "sep": ["]", 3], "cls": ["[", 2]},
         "decoder": null,
         "model": {"type": "BPE", "dropout": null, "unk_token": "?", "continuing_subword_prefix": null,
           "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false,
           "vocab": {"?": 1, "[": 2, "]": 3, "a": 4, "b": 5, "c": 6, "ab": 7, "o": 8, "r": 9, "or": 10},
           "merges": ["a b", "o r"]}}
        """,
        UTF_8);
    assertThat(TokenizerJsonFile.read(file).mostPiecesPerWord()).isEmpty();
    return new TokenizerSource.TokenizerJson(file);
  }
}
