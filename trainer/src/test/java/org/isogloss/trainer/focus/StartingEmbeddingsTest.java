package org.isogloss.trainer.focus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.RandomBackbone;
import org.isogloss.encoder.tokenize.TokenizerSource;
import org.isogloss.trainer.data.MonolingualCorpus;
import org.isogloss.trainer.data.SentencePair;
import org.isogloss.trainer.focus.StartingTable.Origin;
import org.isogloss.trainer.tokenizer.TokenizerTemplate;
import org.isogloss.trainer.tokenizer.TrainedTokenizer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartingEmbeddingsTest {
  /** Words of the language and the English letters they stand for. */
  private static final List<SentencePair> LEXICON =
      List.of(
          new SentencePair("baba", "x"),
          new SentencePair("dede", "y"),
          new SentencePair("kiki", "z"),
          new SentencePair("momo", "w"));

  @TempDir static Path folder;
  private static Backbone backbone;
  private static TokenizerSource tokenizer;
  private static TokenizerTemplate template;
  private static List<String> sentences;
  private static List<SentencePair> pairs;

  @BeforeAll
  static void aLanguageOfFourWords() throws IOException {
    RandomBackbone.write(folder.resolve("backbone"), RandomBackbone.Options.TINY);
    backbone = Backbone.open(folder.resolve("backbone"));
    Random random = new Random(2);
    sentences = new ArrayList<>();
    pairs = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      List<SentencePair> words = random.ints(4, 0, LEXICON.size()).mapToObj(LEXICON::get).toList();
      String source = words.stream().map(SentencePair::source).collect(Collectors.joining(" "));
      // A fifth word, which has no translation, has the neighbours of baba.
      sentences.add(
          switch (random.nextInt(4)) {
            case 0 -> "momo baba dede";
            case 1 -> "momo gugu dede";
            case 2 -> "kiki dede kiki";
            default -> "dede kiki kiki momo";
          });
      pairs.add(
          new SentencePair(
              source, words.stream().map(SentencePair::pivot).collect(Collectors.joining(" "))));
    }
    tokenizer =
        TrainedTokenizer.train(
                TokenizerSource.find(backbone.directory()),
                "xx",
                new MonolingualCorpus(sentences, List.of()),
                80,
                2)
            .write(folder.resolve("tokenizer"));
    template = TokenizerTemplate.of(tokenizer);
  }

  @AfterAll
  static void close() {
    backbone.close();
  }

  private static StartingTable make(StartMethod method, List<SentencePair> translations) {
    return StartingEmbeddings.make(
        backbone, tokenizer, StartSettings.of(method), sentences, translations);
  }

  private static float[] ofBackbone(String piece) {
    return new BackboneTable(backbone)
        .row(TokenizerTemplate.of(TokenizerSource.find(backbone.directory())).id(piece));
  }

  private static double cosine(float[] x, float[] y) {
    double dot = 0;
    for (int c = 0; c < x.length; c++) {
      dot += x[c] * y[c];
    }
    return dot / BackboneTable.norm(x) / BackboneTable.norm(y);
  }

  @Test
  void specialTokensAndSharedPiecesAreCopied() {
    for (StartMethod method : StartMethod.values()) {
      StartingTable table = make(method, pairs);
      assertThat(table.rows()).isEqualTo(template.vocabulary().size());
      for (String token : template.specialTokens()) {
        assertThat(table.row(template.id(token)))
            .as("%s of %s", token, method)
            .isEqualTo(ofBackbone(token));
      }
    }
    assertThat(make(StartMethod.FOCUS, List.of()).row(template.id("##b")))
        .isEqualTo(ofBackbone("##b"));
    assertThat(make(StartMethod.LEXICAL, pairs).row(template.id("##b")))
        .isEqualTo(ofBackbone("##b"));
  }

  @Test
  void aWordStartsAsItsTranslation() {
    StartingTable table = make(StartMethod.LEXICAL, pairs);
    for (SentencePair word : LEXICON) {
      float[] row = table.row(template.id(word.source()));
      float[] english = ofBackbone(word.pivot());
      assertThat(cosine(row, english)).as(word.source()).isGreaterThan(0.95);
      assertThat(BackboneTable.norm(row))
          .isCloseTo(BackboneTable.norm(english), within(0.1 * BackboneTable.norm(english)));
    }
    assertThat(table.origins()).containsEntry(Origin.TRANSLATED, LEXICON.size());
  }

  @Test
  void aWordWithoutTranslationStartsAsWhatIsUsedAlike() {
    StartingTable table = make(StartMethod.LEXICAL, pairs);
    float[] row = table.row(template.id("gugu"));
    assertThat(table.origins()).containsKey(Origin.SIMILAR);
    for (SentencePair word : LEXICON.subList(1, 4)) {
      assertThat(cosine(row, table.row(template.id("baba"))))
          .isGreaterThan(cosine(row, table.row(template.id(word.source()))));
    }
  }

  @Test
  void whatIsDrawnHasTheBackbonesSpreadAndComesFromTheSeed() {
    StartingTable table = make(StartMethod.RANDOM, List.of());
    double norms = 0;
    int drawn = 0;
    for (int id = template.specialTokens().size(); id < table.rows(); id++, drawn++) {
      norms += BackboneTable.norm(table.row(id));
    }
    assertThat(norms / drawn)
        .isCloseTo(
            BackboneTable.norm(new BackboneTable(backbone).meanRow()), within(0.1 * norms / drawn));
    assertThat(make(StartMethod.RANDOM, List.of()).tensor().toFloats())
        .isEqualTo(table.tensor().toFloats());
    StartSettings other = StartSettings.of(StartMethod.RANDOM).withSeed(2);
    assertThat(
            StartingEmbeddings.make(backbone, tokenizer, other, List.of(), List.of())
                .tensor()
                .toFloats())
        .isNotEqualTo(table.tensor().toFloats());
  }

  @Test
  void theSameDataGivesTheSameBytes() {
    assertThat(make(StartMethod.LEXICAL, pairs).tensor().toFloats())
        .isEqualTo(make(StartMethod.LEXICAL, pairs).tensor().toFloats());
  }

  @Test
  void withoutAnyDataWhatIsNotSharedIsDrawn() {
    StartingTable table =
        StartingEmbeddings.make(
            backbone, tokenizer, StartSettings.of(StartMethod.LEXICAL), List.of(), List.of());
    assertThat(table.origins()).containsOnlyKeys(Origin.COPIED, Origin.DRAWN);
  }
}
