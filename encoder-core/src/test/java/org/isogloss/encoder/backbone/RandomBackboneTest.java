package org.isogloss.encoder.backbone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.data.Percentage;
import org.isogloss.encoder.tokenize.SentenceTokenizer;
import org.isogloss.encoder.tokenize.TokenSequence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RandomBackboneTest {
  private static final int UNKNOWN = 1;

  @TempDir Path directory;

  @Test
  void theTinyCheckpointOpensAndIsAsLargeAsTheCatalogueSays() throws IOException {
    RandomBackbone.write(directory, RandomBackbone.Options.TINY);
    assertThat(bytes()).isCloseTo(BackboneCatalogue.TINY.bytes(), Percentage.withPercentage(3));
    try (Backbone backbone = Backbone.open(directory)) {
      assertThat(backbone.config().layers()).isEqualTo(BackboneCatalogue.TINY.defaultLayers());
      assertThat(backbone.tensor("embeddings.word_embeddings.weight").shape())
          .containsExactly((long) backbone.config().vocabularySize(), 32L);
    }
  }

  @Test
  void theSeedAloneDecidesTheDigest() throws IOException {
    RandomBackbone.write(directory.resolve("a"), seeded(7));
    RandomBackbone.write(directory.resolve("b"), seeded(7));
    RandomBackbone.write(directory.resolve("c"), seeded(8));
    try (Backbone a = Backbone.open(directory.resolve("a"));
        Backbone b = Backbone.open(directory.resolve("b"));
        Backbone c = Backbone.open(directory.resolve("c"))) {
      assertThat(a.digest()).isEqualTo(b.digest()).isNotEqualTo(c.digest());
    }
  }

  @Test
  void realTextOfManyScriptsIsNeverUnknownAndAlwaysDistinct() throws IOException {
    RandomBackbone.write(directory, RandomBackbone.Options.TINY);
    List<String> texts =
        List.of(
            "The ferries stopped running in November.",
            "Öğretmen tahtaya yeni bir soru yazdı.",
            "Thư viện đóng cửa lúc sáu giờ tối.",
            "Η βιβλιοθήκη κλείνει στις έξι.",
            "Библиотека закрывается в шесть часов вечера.",
            "הספרייה נסגרת בשש בערב.",
            "تأخرت الطائرة ساعتين بسبب الضباب.",
            "우리는 다음 주에 새 사무실로 이사합니다.",
            "图书馆下午六点关门。",
            "पुस्तकालय शाम छह बजे बंद हो जाता है।",
            "గ్రంథాలయం సాయంత్రం ఆరు గంటలకు మూసివేయబడుతుంది.",
            "ቤተ መጻሕፍቱ ከምሽቱ አሥራ ሁለት ሰዓት ይዘጋል።",
            "გვიან საღამოს ბიბლიოთეკა იკეტება.",
            "ห้องสมุดปิดตอนหกโมงเย็น");
    try (Backbone backbone = Backbone.open(directory);
        SentenceTokenizer tokenizer = backbone.openTokenizer()) {
      List<TokenSequence> sequences =
          texts.stream().map(text -> tokenizer.tokenize(text, 128)).toList();
      assertThat(sequences).doesNotHaveDuplicates();
      for (int i = 0; i < texts.size(); i++) {
        assertThat(sequences.get(i).toArray()).as(texts.get(i)).doesNotContain(UNKNOWN);
      }
    }
  }

  private static RandomBackbone.Options seeded(long seed) {
    return new RandomBackbone.Options(seed, 1, 8, 2, 16, 32);
  }

  private long bytes() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    }
  }
}
