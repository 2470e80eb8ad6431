package org.isogloss.encoder.backbone;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * What a checkpoint's {@code config.json} says of its architecture, under Hugging Face's meaning of
 * the fields: a post-norm transformer encoder with learned absolute positions and the erf GELU.
 * XLM-R is the same architecture; its first token has the position after the padding id.
 *
 * @param modelType {@code model_type}; {@code bert} and {@code xlm-roberta} are accepted by {@link
 *     #read}
 * @param layers how many layers the checkpoint has; an encoder may run fewer
 * @param maxPositions rows of the position table
 * @param positionOffset row of the position table that belongs to the first token: 0 for BERT, the
 *     padding id + 1 for XLM-R
 * @param tokenTypes rows of the segment table
 * @param layerNormEpsilon added to the variance in every layer normalisation
 */
public record BackboneConfig(
    String modelType,
    int hiddenSize,
    int layers,
    int heads,
    int intermediateSize,
    int vocabularySize,
    int maxPositions,
    int positionOffset,
    int tokenTypes,
    int padId,
    double layerNormEpsilon) {

  private static final JsonMapper JSON = new JsonMapper();
  private static final int MAXIMUM_LAYERS = 1_000;

  public BackboneConfig {
    require(
        hiddenSize > 0
            && layers > 0
            && heads > 0
            && intermediateSize > 0
            && vocabularySize > 0
            && tokenTypes > 0,
        "an extent is not positive");
    require(layers <= MAXIMUM_LAYERS, layers + " layers");
    require(hiddenSize % heads == 0, hiddenSize + " does not divide into " + heads + " heads");
    require(positionOffset >= 0 && maxPositions > positionOffset, "no positions");
    require(padId >= 0 && padId < vocabularySize, "the padding id is outside the vocabulary");
    require(
        layerNormEpsilon > 0 && layerNormEpsilon < 1,
        "a layer norm epsilon of " + layerNormEpsilon);
  }

  /**
   * Reads a {@code config.json}.
   *
   * @throws IsoglossException MODEL_FILE_MISSING if there is none; UNSUPPORTED_MODEL if it is no
   *     JSON, contradicts itself, or describes an architecture that is not known
   */
  public static BackboneConfig read(Path file) {
    try {
      return new Reader(file, JSON.readTree(Files.readAllBytes(file))).config();
    } catch (NoSuchFileException e) {
      throw new IsoglossException(ErrorCode.MODEL_FILE_MISSING, file + " does not exist", e);
    } catch (JsonProcessingException e) {
      throw new IsoglossException(
          ErrorCode.UNSUPPORTED_MODEL, file + " is not JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.UNSUPPORTED_MODEL, file + " cannot be read: " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new IsoglossException(
          ErrorCode.UNSUPPORTED_MODEL, file + " contradicts itself: " + e.getMessage(), e);
    }
  }

  /** Components of one attention head. */
  public int headSize() {
    return hiddenSize / heads;
  }

  /** The longest sequence that has positions, special tokens included. */
  public int maxTokens() {
    return maxPositions - positionOffset;
  }

  /** Every tensor that the first {@code layerCount} layers need, with its shape, by name. */
  Map<String, List<Long>> neededTensors(int layerCount) {
    long hidden = hiddenSize;
    long inner = intermediateSize;
    Map<String, List<Long>> needed = new LinkedHashMap<>();
    needed.put("embeddings.word_embeddings.weight", List.of((long) vocabularySize, hidden));
    needed.put("embeddings.position_embeddings.weight", List.of((long) maxPositions, hidden));
    needed.put("embeddings.token_type_embeddings.weight", List.of((long) tokenTypes, hidden));
    putPair(needed, "embeddings.LayerNorm", List.of(hidden));
    for (int layer = 0; layer < layerCount; layer++) {
      String prefix = "encoder.layer." + layer + ".";
      putPair(needed, prefix + "attention.self.query", List.of(hidden, hidden));
      putPair(needed, prefix + "attention.self.key", List.of(hidden, hidden));
      putPair(needed, prefix + "attention.self.value", List.of(hidden, hidden));
      putPair(needed, prefix + "attention.output.dense", List.of(hidden, hidden));
      putPair(needed, prefix + "attention.output.LayerNorm", List.of(hidden));
      putPair(needed, prefix + "intermediate.dense", List.of(inner, hidden));
      putPair(needed, prefix + "output.dense", List.of(hidden, inner));
      putPair(needed, prefix + "output.LayerNorm", List.of(hidden));
    }
    return needed;
  }

  /** What decides the vectors, as text for the backbone's digest. */
  String canonical() {
    return String.join(
        " ",
        modelType,
        "hidden=" + hiddenSize,
        "layers=" + layers,
        "heads=" + heads,
        "intermediate=" + intermediateSize,
        "vocabulary=" + vocabularySize,
        "positions=" + maxPositions + "+" + positionOffset,
        "types=" + tokenTypes,
        "epsilon=" + layerNormEpsilon);
  }

  private static void putPair(Map<String, List<Long>> needed, String name, List<Long> weight) {
    needed.put(name + ".weight", weight);
    needed.put(name + ".bias", weight.subList(0, 1));
  }

  private static void require(boolean condition, String complaint) {
    if (!condition) {
      throw new IllegalArgumentException(complaint);
    }
  }

  /** Fields of one file, with its name in every complaint. */
  private record Reader(Path file, JsonNode root) {
    BackboneConfig config() {
      if (!root.isObject()) {
        throw unsupported("is no JSON object");
      }
      String modelType = text("model_type", "");
      boolean roberta = modelType.equals("xlm-roberta");
      if (!modelType.equals("bert") && !roberta) {
        throw unsupported("has the model_type \"" + modelType + "\"; known: bert, xlm-roberta");
      }
      int padId = integer("pad_token_id", roberta ? 1 : 0);
      String activation = text("hidden_act", "gelu");
      if (!activation.equals("gelu")) {
        throw unsupported("has the hidden_act \"" + activation + "\"; known: gelu (erf)");
      }
      String positions = text("position_embedding_type", "absolute");
      if (!positions.equals("absolute")) {
        throw unsupported("has \"" + positions + "\" positions; known: absolute");
      }
      if (root.path("is_decoder").asBoolean(false)) {
        throw unsupported("describes a decoder");
      }
      JsonNode epsilon = root.path("layer_norm_eps");
      if (!epsilon.isMissingNode() && !epsilon.isNumber()) {
        throw unsupported("has a layer_norm_eps that is no number");
      }
      return new BackboneConfig(
          modelType,
          integer("hidden_size"),
          integer("num_hidden_layers"),
          integer("num_attention_heads"),
          integer("intermediate_size"),
          integer("vocab_size"),
          integer("max_position_embeddings"),
          roberta ? padId + 1 : 0,
          integer("type_vocab_size", 2),
          padId,
          epsilon.asDouble(1e-12));
    }

    private String text(String field, String otherwise) {
      JsonNode node = root.path(field);
      if (node.isMissingNode() || node.isNull()) {
        return otherwise;
      }
      if (!node.isTextual()) {
        throw unsupported("has a " + field + " that is no text");
      }
      return node.asText();
    }

    private int integer(String field) {
      if (!root.has(field)) {
        throw unsupported("lacks " + field);
      }
      return integer(field, 0);
    }

    private int integer(String field, int otherwise) {
      JsonNode node = root.path(field);
      if (node.isMissingNode() || node.isNull()) {
        return otherwise;
      }
      if (!node.isIntegralNumber() || !node.canConvertToInt()) {
        throw unsupported("has a " + field + " that is no integer");
      }
      return node.intValue();
    }

    private IsoglossException unsupported(String what) {
      return new IsoglossException(ErrorCode.UNSUPPORTED_MODEL, file + " " + what);
    }
  }
}
