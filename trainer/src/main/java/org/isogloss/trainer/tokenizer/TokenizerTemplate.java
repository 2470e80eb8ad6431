package org.isogloss.trainer.tokenizer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.isogloss.encoder.tokenize.TokenizerSource;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * A tokenizer of BERT's family, read so that it can be written again with another vocabulary: how
 * it normalises, its special tokens, and everything else as it stands. Immutable.
 */
public final class TokenizerTemplate {
  private static final JsonMapper JSON = new JsonMapper();
  private static final List<String> PADDING_AND_MASK = List.of("[PAD]", "[MASK]");
  private static final int DEFAULT_WORD_CHARACTERS = 100;

  private final ObjectNode root;
  private final PieceVocabulary vocabulary;
  private final BertWords words;
  private final List<String> specialTokens;
  private final String unknown;

  private TokenizerTemplate(ObjectNode root, PieceVocabulary vocabulary, BertWords words) {
    this.root = root;
    this.vocabulary = vocabulary;
    this.words = words;
    this.unknown = root.path("model").path("unk_token").asText();
    this.specialTokens = specialTokens(root, vocabulary, unknown);
  }

  /**
   * @throws IsoglossException BAD_TOKENIZER if it cannot be read or is not of BERT's family
   */
  public static TokenizerTemplate of(TokenizerSource source) {
    try {
      if (!(JSON.readTree(source.json()) instanceof ObjectNode root)) {
        throw bad(source, "is no object");
      }
      JsonNode model = root.path("model");
      if (!model.path("type").asText().equals("WordPiece")
          || !model.path("continuing_subword_prefix").asText().equals(PieceVocabulary.CONTINUATION)
          || !root.path("pre_tokenizer").path("type").asText().equals("BertPreTokenizer")) {
        throw bad(
            source, "is not BERT's WordPiece, the only family that tokenizers are trained for");
      }
      PieceVocabulary vocabulary = vocabulary(source, root);
      if (!vocabulary.contains(model.path("unk_token").asText())) {
        throw bad(source, "has no token for what is unknown");
      }
      switch (root.path("post_processor").path("type").asText()) {
        case "BertProcessing", "RobertaProcessing", "TemplateProcessing" -> {}
        default -> throw bad(source, "surrounds sentences in a way that is not known");
      }
      return new TokenizerTemplate(root, vocabulary, words(source, root.path("normalizer")));
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.BAD_TOKENIZER, source.file() + " is no JSON: " + e.getMessage(), e);
    }
  }

  /** How it makes words of text. */
  public BertWords words() {
    return words;
  }

  public PieceVocabulary vocabulary() {
    return vocabulary;
  }

  /** Tokens that stand for no text, and those added to the vocabulary; in the order of ids. */
  public List<String> specialTokens() {
    return specialTokens;
  }

  /** The token of a word that has no pieces. */
  public String unknownToken() {
    return unknown;
  }

  /** A longer word is unknown as a whole. */
  public int mostCharactersPerWord() {
    return root.path("model").path("max_input_chars_per_word").asInt(DEFAULT_WORD_CHARACTERS);
  }

  /** A token's id in {@link #vocabulary}. */
  public int id(String token) {
    return vocabulary
        .id(token)
        .orElseThrow(() -> new IllegalArgumentException("no token " + token));
  }

  /**
   * The {@code tokenizer.json} of the same tokenizer over other pieces.
   *
   * @param pieces by id; all special tokens are among them
   */
  byte[] with(List<String> pieces) {
    PieceVocabulary other = new PieceVocabulary(pieces);
    ObjectNode copy = root.deepCopy();
    ObjectNode model = (ObjectNode) copy.path("model");
    ObjectNode ids = JSON.createObjectNode();
    for (int id = 0; id < pieces.size(); id++) {
      ids.put(pieces.get(id), id);
    }
    model.set("vocab", ids);
    copy.putNull("truncation");
    copy.putNull("padding");
    for (JsonNode token : copy.path("added_tokens")) {
      ((ObjectNode) token).put("id", idOf(other, token.path("content").asText()));
    }
    renumber(copy.path("post_processor"), other);
    try {
      return JSON.writeValueAsBytes(copy);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree is always written", e);
    }
  }

  private static void renumber(JsonNode processor, PieceVocabulary other) {
    for (String end : List.of("sep", "cls")) {
      if (processor.path(end) instanceof ArrayNode pair) {
        pair.set(1, pair.numberNode(idOf(other, pair.path(0).asText())));
      }
    }
    for (JsonNode special : processor.path("special_tokens")) {
      ArrayNode ids = ((ObjectNode) special).putArray("ids");
      for (JsonNode token : special.path("tokens")) {
        ids.add(idOf(other, token.asText()));
      }
    }
  }

  private static int idOf(PieceVocabulary vocabulary, String token) {
    return vocabulary
        .id(token)
        .orElseThrow(() -> new IllegalArgumentException("the pieces lack " + token));
  }

  private static PieceVocabulary vocabulary(TokenizerSource source, JsonNode root) {
    Map<String, JsonNode> entries =
        JSON.convertValue(
            root.path("model").path("vocab"),
            JSON.getTypeFactory().constructMapType(Map.class, String.class, JsonNode.class));
    int size = 1 + entries.values().stream().mapToInt(JsonNode::asInt).max().orElse(-1);
    for (JsonNode token : root.path("added_tokens")) {
      size = Math.max(size, token.path("id").asInt() + 1);
    }
    String[] pieces = new String[size];
    Arrays.fill(pieces, "");
    entries.forEach((piece, id) -> pieces[id.asInt()] = piece);
    for (JsonNode token : root.path("added_tokens")) {
      pieces[token.path("id").asInt()] = token.path("content").asText();
    }
    try {
      return new PieceVocabulary(List.of(pieces));
    } catch (IllegalArgumentException e) {
      throw bad(source, "is contradictory: " + e.getMessage());
    }
  }

  private static BertWords words(TokenizerSource source, JsonNode normalizer) {
    if (normalizer.isMissingNode() || normalizer.isNull()) {
      return new BertWords(false, false, false, false);
    }
    if (!normalizer.path("type").asText().equals("BertNormalizer")) {
      throw bad(source, "normalises in a way that is not BERT's");
    }
    boolean lowerCase = normalizer.path("lowercase").asBoolean(true);
    return new BertWords(
        normalizer.path("clean_text").asBoolean(true),
        normalizer.path("handle_chinese_chars").asBoolean(true),
        normalizer.path("strip_accents").asBoolean(lowerCase),
        lowerCase);
  }

  private static List<String> specialTokens(
      JsonNode root, PieceVocabulary vocabulary, String unknown) {
    Set<String> tokens = new HashSet<>(PADDING_AND_MASK);
    tokens.add(unknown);
    JsonNode processor = root.path("post_processor");
    for (String end : List.of("sep", "cls")) {
      tokens.add(processor.path(end).path(0).asText());
    }
    for (JsonNode special : processor.path("special_tokens")) {
      special.path("tokens").forEach(token -> tokens.add(token.asText()));
    }
    for (JsonNode token : root.path("added_tokens")) {
      tokens.add(token.path("content").asText());
    }
    return IntStream.range(0, vocabulary.size())
        .mapToObj(vocabulary::piece)
        .filter(piece -> !piece.isEmpty() && tokens.contains(piece))
        .toList();
  }

  private static IsoglossException bad(TokenizerSource source, String what) {
    return new IsoglossException(ErrorCode.BAD_TOKENIZER, source.file() + " " + what);
  }
}
