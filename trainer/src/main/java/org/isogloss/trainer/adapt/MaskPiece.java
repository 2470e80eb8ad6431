package org.isogloss.trainer.adapt;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.isogloss.encoder.tokenize.TokenizerSource;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/** Finds the piece that stands for what is masked. */
public final class MaskPiece {
  private static final List<String> NAMES = List.of("[MASK]", "<mask>");

  private MaskPiece() {}

  /**
   * The id of a tokenizer's mask.
   *
   * @param directory of a model or a module
   * @throws IsoglossException BAD_TOKENIZER if it has none
   */
  public static int id(Path directory) {
    TokenizerSource source = TokenizerSource.find(directory);
    try {
      return switch (source) {
        case TokenizerSource.WordPieceVocabulary vocabulary ->
            found(Files.readAllLines(vocabulary.file(), UTF_8).indexOf(NAMES.getFirst()), source);
        case TokenizerSource.TokenizerJson json ->
            found(id(new JsonMapper().readTree(Files.readAllBytes(json.file()))), source);
      };
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.BAD_TOKENIZER, source.file() + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static int id(JsonNode root) {
    for (JsonNode added : root.path("added_tokens")) {
      if (NAMES.contains(added.path("content").asText())) {
        return added.path("id").asInt(-1);
      }
    }
    for (String name : NAMES) {
      JsonNode known = root.path("model").path("vocab").path(name);
      if (known.isInt()) {
        return known.asInt();
      }
    }
    return -1;
  }

  private static int found(int id, TokenizerSource source) {
    if (id < 0) {
      throw new IsoglossException(
          ErrorCode.BAD_TOKENIZER, source.file() + " has no piece for what is masked");
    }
    return id;
  }
}
