package org.isogloss.trainer.tokenizer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.tokenize.TokenizerSource;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.trainer.data.DataFile;
import org.isogloss.trainer.data.MonolingualCorpus;
import org.isogloss.trainer.data.NewFolder;

/** A tokenizer that was trained, in memory. Immutable. */
public final class TrainedTokenizer {
  /** The name under which encoders look for it. */
  public static final String FILE = "tokenizer.json";

  private static final String LINEAGE = "lineage.json";
  private static final JsonMapper JSON = new JsonMapper();

  private final byte[] json;
  private final PieceVocabulary vocabulary;
  private final Map<String, String> lineage;

  private TrainedTokenizer(byte[] json, PieceVocabulary vocabulary, Map<String, String> lineage) {
    this.json = json;
    this.vocabulary = vocabulary;
    this.lineage = lineage;
  }

  /**
   * Trains a tokenizer in the family of another.
   *
   * @param family the backbone's
   * @param vocabulary how many pieces at most, special tokens included
   * @throws IsoglossException BAD_TOKENIZER if the family is not BERT's; TOO_LITTLE_DATA if the
   *     text has no words; BAD_OPTION if the vocabulary has no room for letters
   */
  public static TrainedTokenizer train(
      TokenizerSource family,
      String language,
      MonolingualCorpus corpus,
      int vocabulary,
      int fewestOccurrences) {
    TokenizerTemplate template = TokenizerTemplate.of(family);
    Map<String, Long> counts =
        WordPieceTrainer.count(
            corpus.sentences(), template.words(), template.mostCharactersPerWord());
    if (counts.isEmpty()) {
      throw new IsoglossException(ErrorCode.TOO_LITTLE_DATA, "the files hold no words");
    }
    List<String> pieces =
        new WordPieceTrainer(vocabulary, fewestOccurrences, template.words()::standsAlone)
            .train(counts, template.specialTokens());
    if (pieces.size() == template.specialTokens().size()) {
      throw vocabulary - pieces.size() < 4
          ? new IsoglossException(
              ErrorCode.BAD_OPTION,
              "%d pieces leave no room beside %d special tokens"
                  .formatted(vocabulary, pieces.size()))
          : new IsoglossException(
              ErrorCode.TOO_LITTLE_DATA,
              "no character occurs %d times in the files".formatted(fewestOccurrences));
    }
    Map<String, String> lineage = new TreeMap<>();
    lineage.put("language", language);
    lineage.put("method", "wordpiece");
    lineage.put("family", family.digest().hex());
    lineage.put("vocabulary", Integer.toString(vocabulary));
    lineage.put("fewest_occurrences", Integer.toString(fewestOccurrences));
    lineage.put("sentences", Integer.toString(corpus.sentences().size()));
    lineage.putAll(DataFile.lineage(corpus.files()));
    return new TrainedTokenizer(template.with(pieces), new PieceVocabulary(pieces), lineage);
  }

  public PieceVocabulary vocabulary() {
    return vocabulary;
  }

  /** The digest of {@code tokenizer.json}. */
  public Digest digest() {
    return Digest.of(json);
  }

  /**
   * Writes its directory, which must not exist; it appears whole or not at all.
   *
   * @return what opens it
   * @throws IsoglossException OUTPUT_FAILED
   */
  public TokenizerSource write(Path directory) {
    try {
      NewFolder.write(
          directory,
          Map.of(
              FILE,
              json,
              LINEAGE,
              JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(lineage)));
      return TokenizerSource.find(directory);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a map of text is always written", e);
    }
  }
}
