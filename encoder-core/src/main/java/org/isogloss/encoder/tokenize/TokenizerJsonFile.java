package org.isogloss.encoder.tokenize;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.jspecify.annotations.Nullable;

/**
 * The content of a {@code tokenizer.json}, read or generated.
 *
 * @param vocabularySize one more than the greatest id that the tokenizer can give
 * @param mostPiecesPerWord how many tokens at the end of a text one more character can change,
 *     where the model bounds that: those of one word. Such a text may be cut anywhere
 */
record TokenizerJsonFile(byte[] json, int vocabularySize, OptionalInt mostPiecesPerWord) {
  private static final JsonMapper JSON = new JsonMapper();

  /** BERT's bound: a longer word is unknown as a whole. */
  private static final int CHARACTERS_PER_WORD = 100;

  static TokenizerJsonFile read(Path file) {
    try {
      byte[] bytes = Files.readAllBytes(file);
      JsonNode root = JSON.readTree(bytes);
      int size = vocabularySize(root);
      if (size <= 0) {
        throw new IsoglossException(ErrorCode.BAD_TOKENIZER, file + " has no vocabulary");
      }
      return new TokenizerJsonFile(bytes, size, mostPiecesPerWord(root));
    } catch (NoSuchFileException e) {
      throw new IsoglossException(ErrorCode.MODEL_FILE_MISSING, file + " does not exist", e);
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.BAD_TOKENIZER, file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * BERT's tokenizer over a vocabulary of one piece a line, the line number being the id. Special
   * tokens are no added tokens: a text that spells {@code [SEP]} gets ordinary pieces, as in
   * Google's original, and no sentence can smuggle in a control token.
   */
  static TokenizerJsonFile ofWordPieces(Path file, boolean lowerCase) {
    Map<String, Integer> ids = new HashMap<>();
    ObjectNode vocabulary = JSON.createObjectNode();
    String[] lines = readUtf8(file).split("\n", -1);
    int count = lines[lines.length - 1].isEmpty() ? lines.length - 1 : lines.length;
    for (int id = 0; id < count; id++) {
      String piece =
          lines[id].endsWith("\r") ? lines[id].substring(0, lines[id].length() - 1) : lines[id];
      ids.put(piece, id);
      vocabulary.put(piece, id);
    }
    int unknown = special(file, ids, "[UNK]");
    int opening = special(file, ids, "[CLS]");
    int closing = special(file, ids, "[SEP]");

    ObjectNode root = JSON.createObjectNode().put("version", "1.0");
    root.putNull("truncation").putNull("padding").putArray("added_tokens");
    root.putObject("normalizer")
        .put("type", "BertNormalizer")
        .put("clean_text", true)
        .put("handle_chinese_chars", true)
        .put("lowercase", lowerCase)
        .putNull("strip_accents");
    root.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
    ObjectNode processor = root.putObject("post_processor").put("type", "BertProcessing");
    processor.putArray("sep").add("[SEP]").add(closing);
    processor.putArray("cls").add("[CLS]").add(opening);
    root.putObject("decoder").put("type", "WordPiece").put("prefix", "##").put("cleanup", true);
    root.putObject("model")
        .put("type", "WordPiece")
        .put("unk_token", lines[unknown].strip())
        .put("continuing_subword_prefix", "##")
        .put("max_input_chars_per_word", CHARACTERS_PER_WORD)
        .set("vocab", vocabulary);
    try {
      return new TokenizerJsonFile(
          JSON.writeValueAsBytes(root), count, OptionalInt.of(CHARACTERS_PER_WORD));
    } catch (IOException e) {
      throw new IsoglossException(ErrorCode.BAD_TOKENIZER, file + ": " + e.getMessage(), e);
    }
  }

  private static int special(Path file, Map<String, Integer> ids, String token) {
    @Nullable Integer id = ids.get(token);
    if (id == null) {
      throw new IsoglossException(ErrorCode.BAD_TOKENIZER, file + " lacks the token " + token);
    }
    return id;
  }

  private static String readUtf8(Path file) {
    try {
      return Files.readString(file, UTF_8);
    } catch (NoSuchFileException e) {
      throw new IsoglossException(ErrorCode.MODEL_FILE_MISSING, file + " does not exist", e);
    } catch (CharacterCodingException e) {
      throw new IsoglossException(ErrorCode.BAD_TOKENIZER, file + " is not UTF-8", e);
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.BAD_TOKENIZER, file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Known of BERT's own pipeline only: another normaliser or splitter could let a cut change what
   * lies before its word. An added token that a cut goes through falls into pieces as well, at most
   * one for each of its characters.
   */
  private static OptionalInt mostPiecesPerWord(JsonNode root) {
    JsonNode model = root.path("model");
    JsonNode normalizer = root.path("normalizer");
    boolean wordPiece = model.path("type").asText().equals("WordPiece");
    boolean splitsAsBert =
        root.path("pre_tokenizer").path("type").asText().equals("BertPreTokenizer");
    boolean normalizesAsBert =
        normalizer.isMissingNode()
            || normalizer.isNull()
            || normalizer.path("type").asText().equals("BertNormalizer");
    if (!wordPiece || !splitsAsBert || !normalizesAsBert) {
      return OptionalInt.empty();
    }
    int longestAdded = 0;
    for (JsonNode token : root.path("added_tokens")) {
      longestAdded = Math.max(longestAdded, token.path("content").asText().length());
    }
    int word = model.path("max_input_chars_per_word").asInt(CHARACTERS_PER_WORD);
    return OptionalInt.of(Math.addExact(word, longestAdded));
  }

  /** Ids stand in the model's vocabulary, among the added tokens, and in the post-processor. */
  private static int vocabularySize(JsonNode root) {
    JsonNode vocabulary = root.path("model").path("vocab");
    int size = vocabulary.isArray() ? vocabulary.size() : 0;
    if (vocabulary.isObject()) {
      for (JsonNode id : vocabulary) {
        size = Math.max(size, id.asInt(-1) + 1);
      }
    }
    for (JsonNode token : root.path("added_tokens")) {
      size = Math.max(size, token.path("id").asInt(-1) + 1);
    }
    JsonNode processor = root.path("post_processor");
    for (String token : new String[] {"cls", "sep"}) {
      size = Math.max(size, processor.path(token).path(1).asInt(-1) + 1);
    }
    for (JsonNode token : processor.path("special_tokens")) {
      for (JsonNode id : token.path("ids")) {
        size = Math.max(size, id.asInt(-1) + 1);
      }
    }
    return size;
  }

  // Arrays compare by identity in records; nobody compares these, and saying so beats half a
  // method.
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
