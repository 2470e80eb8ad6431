package org.isogloss.encoder.tokenize;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.isogloss.encoder.space.Digest;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/** The file that defines a tokenizer, with what must be known to use it. */
public sealed interface TokenizerSource {

  /** A {@code tokenizer.json} of Hugging Face's tokenizers. */
  record TokenizerJson(Path file) implements TokenizerSource {
    @Override
    public SentenceTokenizer open() {
      return HuggingFaceSentenceTokenizer.open(file, TokenizerJsonFile.read(file));
    }

    @Override
    public byte[] json() {
      return TokenizerJsonFile.read(file).json();
    }
  }

  /**
   * A WordPiece vocabulary, one piece a line, for BERT's basic tokenizer (clean text, Chinese
   * characters apart).
   *
   * @param lowerCase whether text is put in lower case and stripped of accents first
   */
  record WordPieceVocabulary(Path file, boolean lowerCase) implements TokenizerSource {
    @Override
    public SentenceTokenizer open() {
      return HuggingFaceSentenceTokenizer.open(
          file, TokenizerJsonFile.ofWordPieces(file, lowerCase));
    }

    @Override
    public byte[] json() {
      return TokenizerJsonFile.ofWordPieces(file, lowerCase).json();
    }
  }

  /**
   * Finds the tokenizer of a model directory: {@code tokenizer.json}, else {@code vocab.txt} with
   * {@code do_lower_case} of {@code tokenizer_config.json} (true if it does not say, as in Hugging
   * Face's BertTokenizer).
   *
   * @throws IsoglossException MODEL_FILE_MISSING if there is neither, BAD_TOKENIZER if the
   *     configuration cannot be read
   */
  static TokenizerSource find(Path directory) {
    Path json = directory.resolve("tokenizer.json");
    if (Files.exists(json)) {
      return new TokenizerJson(json);
    }
    Path vocabulary = directory.resolve("vocab.txt");
    if (Files.exists(vocabulary)) {
      return new WordPieceVocabulary(
          vocabulary, readLowerCase(directory.resolve("tokenizer_config.json")));
    }
    throw new IsoglossException(
        ErrorCode.MODEL_FILE_MISSING, directory + " has neither tokenizer.json nor vocab.txt");
  }

  Path file();

  /** Identifies the tokenizer: equal digests give equal ids. */
  default Digest digest() {
    String options =
        switch (this) {
          case TokenizerJson json -> "tokenizer.json";
          case WordPieceVocabulary vocabulary -> "wordpiece lowerCase=" + vocabulary.lowerCase();
        };
    try {
      return Digest.of(options + "\n" + Digest.ofFile(file()).hex());
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.BAD_TOKENIZER, file() + " cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Opens the tokenizer; the caller closes it.
   *
   * @throws IsoglossException BAD_TOKENIZER if the file cannot be read or is malformed
   */
  SentenceTokenizer open();

  /**
   * The content of a {@code tokenizer.json} that gives the same ids, read or generated.
   *
   * @throws IsoglossException MODEL_FILE_MISSING or BAD_TOKENIZER
   */
  byte[] json();

  private static boolean readLowerCase(Path file) {
    if (!Files.exists(file)) {
      return true;
    }
    try {
      JsonNode root = new JsonMapper().readTree(Files.readAllBytes(file));
      JsonNode strip = root.path("strip_accents");
      boolean lowerCase = root.path("do_lower_case").asBoolean(true);
      if (strip.isBoolean() && strip.booleanValue() != lowerCase) {
        throw new IsoglossException(
            ErrorCode.BAD_TOKENIZER,
            file + " has a strip_accents that differs from do_lower_case; give a tokenizer.json");
      }
      if (!root.path("tokenize_chinese_chars").asBoolean(true)) {
        throw new IsoglossException(
            ErrorCode.BAD_TOKENIZER,
            file + " leaves Chinese characters together; give a tokenizer.json");
      }
      return lowerCase;
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.BAD_TOKENIZER, file + " cannot be read: " + e.getMessage(), e);
    }
  }
}
