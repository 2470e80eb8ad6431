package org.isogloss.trainer.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.isogloss.encoder.tokenize.SentenceTokenizer;
import org.isogloss.encoder.tokenize.TokenizerSource;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.trainer.data.MonolingualCorpus;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainedTokenizerTest {
  private static final List<String> WORDS =
      List.of(
          "ሰላም", "ዓለም", "ኢትዮጵያ", "አዲስ", "አበባ", "ከተማ", "መንግሥት", "ቤት", "ቤቶች", "ቤታችን", "ልጅ", "ልጆች",
          "ትምህርት", "ተማሪ", "ተማሪዎች", "መጽሐፍ", "መጻሕፍት", "Addis", "Café", "2015");

  @TempDir Path folder;
  private TokenizerSource backbone;

  @BeforeEach
  void aBackboneWithoutEthiopic() throws IOException {
    List<String> pieces = new ArrayList<>(List.of("[PAD]", "[unused1]", "[UNK]", "[CLS]", "[SEP]"));
    pieces.addAll(List.of("[MASK]", ".", "a", "##a"));
    Files.createDirectories(folder.resolve("backbone"));
    Files.write(folder.resolve("backbone/vocab.txt"), pieces);
    Files.writeString(
        folder.resolve("backbone/tokenizer_config.json"), "{\"do_lower_case\": false}");
    backbone = TokenizerSource.find(folder.resolve("backbone"));
  }

  private static List<String> sentences(int count, long seed) {
    Random random = new Random(seed);
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                String.join(
                        " ",
                        random
                            .ints(3 + random.nextInt(6), 0, WORDS.size())
                            .mapToObj(WORDS::get)
                            .toList())
                    + "።")
        .toList();
  }

  private TrainedTokenizer train(List<String> sentences, int vocabulary) {
    return TrainedTokenizer.train(
        backbone, "am", new MonolingualCorpus(sentences, List.of()), vocabulary, 2);
  }

  @Test
  void unknownWordsBecomeKnownAndNoTextIsLost() {
    TokenizerSource own = train(sentences(300, 1), 400).write(folder.resolve("own"));
    List<String> others = sentences(100, 2);
    assertThat(Coverage.of(backbone, others).unknownShare()).isEqualTo(1);
    Coverage coverage = Coverage.of(own, others);
    assertThat(coverage.unknownWords()).isZero();
    assertThat(coverage.piecesPerWord()).isBetween(1.0, 2.0);
    PieceVocabulary vocabulary = TokenizerTemplate.of(own).vocabulary();
    BertWords words = TokenizerTemplate.of(own).words();
    try (SentenceTokenizer tokenizer = own.open()) {
      for (String sentence : others) {
        StringBuilder joined = new StringBuilder();
        int[] ids = tokenizer.tokenize(sentence, 512).toArray();
        for (int i = 1; i + 1 < ids.length; i++) {
          joined.append(vocabulary.piece(ids[i]).replace("##", ""));
        }
        assertThat(joined.toString()).isEqualTo(String.join("", words.of(sentence)));
      }
    }
  }

  /** What Hugging Face's library makes of the file is the greedy longest match over our pieces. */
  @Test
  void huggingFaceGivesTheIdsOfTheLongestPieces() {
    TrainedTokenizer trained = train(sentences(300, 1), 300);
    PieceVocabulary vocabulary = trained.vocabulary();
    TokenizerSource own = trained.write(folder.resolve("own"));
    try (SentenceTokenizer tokenizer = own.open()) {
      assertThat(tokenizer.vocabularySize()).isEqualTo(vocabulary.size());
      for (String sentence : sentences(50, 3)) {
        List<Integer> expected = new ArrayList<>();
        expected.add(vocabulary.id("[CLS]").orElseThrow());
        for (String word : TokenizerTemplate.of(own).words().of(sentence)) {
          for (int at = 0; at < word.length(); ) {
            int end = word.length();
            while (vocabulary.id((at == 0 ? "" : "##") + word.substring(at, end)).isEmpty()) {
              end--;
            }
            expected.add(
                vocabulary.id((at == 0 ? "" : "##") + word.substring(at, end)).orElseThrow());
            at = end;
          }
        }
        expected.add(vocabulary.id("[SEP]").orElseThrow());
        assertThat(IntStream.of(tokenizer.tokenize(sentence, 512).toArray()).boxed())
            .containsExactlyElementsOf(expected);
      }
    }
  }

  @Test
  void specialTokensAreKeptInTheBackbonesOrder() {
    TokenizerSource own = train(sentences(50, 1), 120).write(folder.resolve("own"));
    assertThat(TokenizerTemplate.of(own).vocabulary().pieces())
        .startsWith("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
        .doesNotContain("[unused1]")
        .hasSizeLessThanOrEqualTo(120);
    assertThat(TokenizerTemplate.of(own).specialTokens())
        .containsExactly("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");
  }

  @Test
  void addedTokensAndTemplatesOfATokenizerJsonAreRenumbered() throws IOException {
    Files.createDirectories(folder.resolve("labse"));
    Files.writeString(
        folder.resolve("labse/tokenizer.json"),
        """
        {"version": "1.0", "truncation": null, "padding": null,
         "added_tokens": [
           {"id": 7, "content": "[PAD]", "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": false, "special": true},
           {"id": 9, "content": "[MASK]", "single_word": false, "lstrip": true, "rstrip": false,
            "normalized": false, "special": true}],
         "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
           "strip_accents": null, "lowercase": true},
         "pre_tokenizer": {"type": "BertPreTokenizer"},
         "post_processor": {"type": "TemplateProcessing",
           "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}},
             {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
           "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
           "special_tokens": {
             "[CLS]": {"id": "[CLS]", "ids": [3], "tokens": ["[CLS]"]},
             "[SEP]": {"id": "[SEP]", "ids": [5], "tokens": ["[SEP]"]}}},
         "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
         "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
           "max_input_chars_per_word": 100,
           "vocab": {"a": 0, "##a": 1, "[UNK]": 2, "[CLS]": 3, "b": 4, "[SEP]": 5, "c": 6,
             "[PAD]": 7, "##c": 8, "[MASK]": 9}}}
        """);
    backbone = TokenizerSource.find(folder.resolve("labse"));
    TrainedTokenizer trained = train(List.of("Gutes Café", "gutes Haus", "café"), 60);
    assertThat(trained.vocabulary().pieces())
        .startsWith("[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]")
        .contains("gutes", "cafe");
    TokenizerSource own = trained.write(folder.resolve("own"));
    try (SentenceTokenizer tokenizer = own.open()) {
      assertThat(tokenizer.tokenize("CAFÉ gutes [MASK]", 16).toArray())
          .containsExactly(
              1,
              trained.vocabulary().id("cafe").orElseThrow(),
              trained.vocabulary().id("gutes").orElseThrow(),
              4,
              2);
    }
  }

  @Test
  void theSameTextInAnyOrderGivesTheSameBytes() {
    List<String> sentences = sentences(2_500, 4);
    List<String> shuffled = new ArrayList<>(sentences);
    Collections.shuffle(shuffled, new Random(5));
    assertThat(train(sentences, 300).digest()).isEqualTo(train(shuffled, 300).digest());
  }

  @Test
  void whatCannotBeTrainedIsRefusedWithACode() throws IOException {
    assertCode(ErrorCode.TOO_LITTLE_DATA, () -> train(List.of(), 100));
    assertCode(ErrorCode.TOO_LITTLE_DATA, () -> train(List.of("\u200B"), 100));
    assertCode(ErrorCode.TOO_LITTLE_DATA, () -> train(List.of("ሰ ላ ም"), 100));
    assertCode(ErrorCode.BAD_OPTION, () -> train(sentences(10, 1), 6));
    TrainedTokenizer trained = train(sentences(10, 1), 60);
    Files.createDirectories(folder.resolve("there"));
    assertCode(ErrorCode.OUTPUT_FAILED, () -> trained.write(folder.resolve("there")));
    Files.writeString(
        folder.resolve("backbone/tokenizer.json"), "{\"model\": {\"type\": \"Unigram\"}}");
    assertThatThrownBy(() -> TokenizerTemplate.of(TokenizerSource.find(folder.resolve("backbone"))))
        .isInstanceOfSatisfying(
            IsoglossException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_TOKENIZER));
  }

  private static void assertCode(ErrorCode code, Runnable action) {
    assertThatThrownBy(action::run)
        .isInstanceOfSatisfying(IsoglossException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
