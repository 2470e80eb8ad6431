package org.isogloss.trainer.focus;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.tokenize.SentenceTokenizer;
import org.isogloss.encoder.tokenize.TokenizerSource;
import org.isogloss.trainer.data.SentencePair;
import org.isogloss.trainer.focus.StartingTable.Origin;
import org.isogloss.trainer.tokenizer.PieceVocabulary;
import org.isogloss.trainer.tokenizer.TokenizerTemplate;

/** Makes the table that a new vocabulary starts from. For one thread. */
public final class StartingEmbeddings {
  /** A longer sentence teaches which pieces are frequent, not which belong together. */
  private static final int MOST_PIECES_OF_TRANSLATIONS = 120;

  private static final int CONTEXTS = 2_000;
  private static final int FEWEST_OCCURRENCES = 5;
  private static final int NO_LIMIT = 1 << 24;

  /** Below this share of the best translation's weight a translation is noise. */
  private static final double FAINTEST = 0.1;

  private final BackboneTable table;
  private final TokenizerSource backboneTokenizer;
  private final TokenizerTemplate source;
  private final TokenizerSource tokenizer;
  private final TokenizerTemplate target;
  private final StartSettings settings;
  private final float[][] rows;
  private final Map<Origin, Integer> origins = new EnumMap<>(Origin.class);

  private StartingEmbeddings(Backbone backbone, TokenizerSource tokenizer, StartSettings settings) {
    this.table = new BackboneTable(backbone);
    this.backboneTokenizer = TokenizerSource.find(backbone.directory());
    this.source = TokenizerTemplate.of(backboneTokenizer);
    this.tokenizer = tokenizer;
    this.target = TokenizerTemplate.of(tokenizer);
    this.settings = settings;
    this.rows = new float[target.vocabulary().size()][0];
  }

  /**
   * Makes a table.
   *
   * @param tokenizer of the new vocabulary, in the backbone's family
   * @param sentences of the language, for the auxiliary space; may be empty
   * @param pairs translations into English, for the lexical start; may be empty
   */
  public static StartingTable make(
      Backbone backbone,
      TokenizerSource tokenizer,
      StartSettings settings,
      List<String> sentences,
      List<SentencePair> pairs) {
    return new StartingEmbeddings(backbone, tokenizer, settings).make(sentences, pairs);
  }

  private StartingTable make(List<String> sentences, List<SentencePair> pairs) {
    for (String token : target.specialTokens()) {
      copy(target.id(token));
    }
    switch (settings.method()) {
      case RANDOM -> {}
      case MEAN -> {
        for (int id = 0; id < rows.length; id++) {
          if (!isKnown(id)) {
            set(id, table.meanRow(), Origin.MEAN);
          }
        }
      }
      case FOCUS -> {
        copyShared();
        bySimilarity(sentences);
      }
      case LEXICAL -> {
        copyShared();
        byTranslation(pairs);
        bySimilarity(sentences);
      }
    }
    Random random = new Random(settings.seed());
    for (int id = 0; id < rows.length; id++) {
      if (!isKnown(id)) {
        set(id, table.drawn(random), Origin.DRAWN);
      }
    }
    return new StartingTable(rows, origins);
  }

  private boolean isKnown(int id) {
    return rows[id].length > 0;
  }

  private void set(int id, float[] row, Origin origin) {
    rows[id] = row;
    origins.merge(origin, 1, Integer::sum);
  }

  private void copyShared() {
    for (int id = 0; id < rows.length; id++) {
      if (!isKnown(id)) {
        copy(id);
      }
    }
  }

  private void copy(int id) {
    OptionalInt shared = source.vocabulary().id(target.vocabulary().piece(id));
    if (shared.isPresent() && shared.getAsInt() < table.rows()) {
      set(id, table.row(shared.getAsInt()), Origin.COPIED);
    }
  }

  private void byTranslation(List<SentencePair> pairs) {
    List<int[]> ours = pieces(tokenizer, target, pairs.stream().map(SentencePair::source).toList());
    List<int[]> english =
        pieces(backboneTokenizer, source, pairs.stream().map(SentencePair::pivot).toList());
    List<int[]> from = new ArrayList<>();
    List<int[]> to = new ArrayList<>();
    for (int i = 0; i < pairs.size(); i++) {
      if (ours.get(i).length <= MOST_PIECES_OF_TRANSLATIONS
          && english.get(i).length <= MOST_PIECES_OF_TRANSLATIONS) {
        from.add(ours.get(i));
        to.add(english.get(i));
      }
    }
    TranslationModel forth = TranslationModel.learn(from, to, rows.length, settings.iterations());
    TranslationModel back =
        TranslationModel.learn(to, from, source.vocabulary().size(), settings.iterations());
    for (int id = 0; id < rows.length; id++) {
      int[] translations = forth.targets(id);
      if (!isKnown(id) && translations.length > 0) {
        float[] weights = new float[translations.length];
        for (int i = 0; i < weights.length; i++) {
          // A frequent English piece is a likely translation of anything, but anything is an
          // unlikely translation of it.
          weights[i] = forth.probabilities(id)[i] * back.probability(translations[i], id);
        }
        float[][] vectors = IntStream.of(translations).mapToObj(table::row).toArray(float[][]::new);
        float[] row = mixed(weights, vectors);
        if (BackboneTable.norm(row) > 0) {
          set(id, row, Origin.TRANSLATED);
        }
      }
    }
  }

  private void bySimilarity(List<String> sentences) {
    AuxiliarySpace space =
        AuxiliarySpace.learn(
            pieces(tokenizer, target, sentences),
            rows.length,
            new AuxiliarySpace.Settings(
                settings.dimension(),
                settings.window(),
                CONTEXTS,
                FEWEST_OCCURRENCES,
                settings.seed()));
    int[] anchors =
        IntStream.range(0, rows.length).filter(id -> isKnown(id) && space.contains(id)).toArray();
    if (anchors.length == 0) {
      return;
    }
    float[][] vectors = IntStream.of(anchors).mapToObj(id -> rows[id]).toArray(float[][]::new);
    int[] unknown =
        IntStream.range(0, rows.length).filter(id -> !isKnown(id) && space.contains(id)).toArray();
    float[][] found =
        IntStream.of(unknown)
            .parallel()
            .mapToObj(
                id -> {
                  float[] weights = new float[anchors.length];
                  for (int i = 0; i < anchors.length; i++) {
                    weights[i] = space.cosine(id, anchors[i]);
                  }
                  Sparsemax.inPlace(weights);
                  return mixed(weights, vectors);
                })
            .toArray(float[][]::new);
    for (int i = 0; i < unknown.length; i++) {
      set(unknown[i], found[i], Origin.SIMILAR);
    }
  }

  /** The weighted mean of vectors, with the weighted mean of their norms. */
  private float[] mixed(float[] weights, float[][] vectors) {
    float heaviest = 0;
    for (float weight : weights) {
      heaviest = Math.max(heaviest, weight);
    }
    double[] sum = new double[table.dimension()];
    double norms = 0;
    double total = 0;
    for (int i = 0; i < weights.length; i++) {
      if (weights[i] > 0 && weights[i] >= FAINTEST * heaviest) {
        total += weights[i];
        norms += weights[i] * BackboneTable.norm(vectors[i]);
        for (int c = 0; c < sum.length; c++) {
          sum[c] += weights[i] * vectors[i][c];
        }
      }
    }
    float[] row = new float[sum.length];
    if (total > 0) {
      for (int c = 0; c < sum.length; c++) {
        row[c] = (float) (sum[c] / total);
      }
      BackboneTable.scale(row, norms / total);
    }
    return row;
  }

  /** Ids of sentences' pieces, without special tokens. */
  private static List<int[]> pieces(
      TokenizerSource tokenizer, TokenizerTemplate template, List<String> sentences) {
    PieceVocabulary vocabulary = template.vocabulary();
    boolean[] special = new boolean[vocabulary.size()];
    template.specialTokens().forEach(token -> special[template.id(token)] = true);
    try (SentenceTokenizer opened = tokenizer.open()) {
      return sentences.parallelStream()
          .map(
              sentence ->
                  Arrays.stream(opened.tokenize(sentence, NO_LIMIT).toArray())
                      .filter(id -> !special[id])
                      .toArray())
          .toList();
    }
  }
}
