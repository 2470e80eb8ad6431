package org.isogloss.encoder.backbone;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.isogloss.encoder.space.Pooling;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * How a checkpoint wants its hidden states made into a vector, as sentence-transformers writes it
 * down: {@code modules.json} names the steps and their folders, {@code 1_Pooling/config.json} the
 * pooling, {@code 2_Dense/config.json} a dense layer after it. A directory without {@code
 * modules.json} wants the mean and nothing more. Every vector gets unit length in the end, whether
 * a step says so or not.
 *
 * <p>What is put before every text stands in {@code config_sentence_transformers.json}, where
 * {@code default_prompt_name} names one of {@code prompts}, or in {@code isogloss.json} under
 * {@code text_prefix}, which wins.
 *
 * @param dense the folder of a square dense layer with tanh after pooling, {@code [in] -> [in]}
 * @param textPrefix put before every text, often empty
 */
public record EncodingRecipe(Pooling pooling, Optional<Path> dense, String textPrefix) {
  /** Our own notes beside a checkpoint: where it came from, and what no other file says. */
  static final String NOTES = "isogloss.json";

  static final String PREFIX_NOTE = "text_prefix";

  private static final JsonMapper JSON = new JsonMapper();
  private static final String TANH = "torch.nn.modules.activation.Tanh";
  private static final int LONGEST_PREFIX = 1_000;

  public EncodingRecipe {
    if (textPrefix.length() > LONGEST_PREFIX) {
      throw new IllegalArgumentException("a prefix of " + textPrefix.length() + " characters");
    }
  }

  /**
   * Reads a checkpoint's recipe.
   *
   * @throws IsoglossException UNSUPPORTED_MODEL naming the file and what of it is not known;
   *     MODEL_FILE_MISSING if a file that is named is not there
   */
  public static EncodingRecipe read(Path directory) {
    Path modules = directory.resolve("modules.json");
    String prefix = prefix(directory);
    if (!Files.exists(modules)) {
      return new EncodingRecipe(Pooling.MEAN, Optional.empty(), prefix);
    }
    Pooling pooling = Pooling.MEAN;
    Optional<Path> dense = Optional.empty();
    List<String> kinds = new ArrayList<>();
    for (JsonNode step : json(modules)) {
      String type = step.path("type").asText("");
      String kind = type.substring(type.lastIndexOf('.') + 1);
      Path folder = folder(modules, directory, step.path("path").asText(""));
      switch (kind) {
        case "Transformer" -> {
          if (!folder.equals(directory)) {
            throw unsupported(modules, "keeps the transformer in a folder of its own");
          }
        }
        case "Pooling" -> pooling = pooling(folder.resolve("config.json"));
        case "Dense" -> {
          check(folder.resolve("config.json"));
          dense = Optional.of(folder);
        }
        case "Normalize" -> {}
        default -> throw unsupported(modules, "has a step of the type \"" + type + "\"");
      }
      kinds.add(kind);
    }
    String order = String.join(" ", kinds);
    if (!order.matches("Transformer Pooling( Dense)?( Normalize)?")) {
      throw unsupported(modules, "has the steps: " + order);
    }
    return new EncodingRecipe(pooling, dense, prefix);
  }

  private static Path folder(Path modules, Path directory, String path) {
    if (!path.matches("([A-Za-z0-9_][A-Za-z0-9_.-]*)?")) {
      throw unsupported(modules, "has a step in the folder \"" + path + "\"");
    }
    return path.isEmpty() ? directory : directory.resolve(path);
  }

  private static Pooling pooling(Path file) {
    JsonNode root = json(file);
    List<String> modes = new ArrayList<>();
    root.properties()
        .forEach(
            each -> {
              if (each.getKey().startsWith("pooling_mode_") && each.getValue().asBoolean()) {
                modes.add(each.getKey().substring("pooling_mode_".length()));
              }
            });
    if (!root.path("include_prompt").asBoolean(true)) {
      throw unsupported(file, "leaves the prompt out of pooling");
    }
    return switch (String.join(" ", modes)) {
      case "mean_tokens" -> Pooling.MEAN;
      case "cls_token" -> Pooling.CLS;
      default ->
          throw unsupported(file, "has the pooling " + modes + "; known: mean_tokens, cls_token");
    };
  }

  private static void check(Path file) {
    JsonNode root = json(file);
    String activation = root.path("activation_function").asText("");
    if (!activation.equals(TANH)) {
      throw unsupported(file, "has the activation \"" + activation + "\"; known: " + TANH);
    }
    int in = root.path("in_features").asInt(-1);
    int out = root.path("out_features").asInt(-2);
    if (in != out) {
      throw unsupported(file, "makes %d values of %d; only as many are known".formatted(out, in));
    }
    if (!root.path("bias").asBoolean(true)) {
      throw unsupported(file, "has no bias");
    }
  }

  private static String prefix(Path directory) {
    Path notes = directory.resolve(NOTES);
    if (Files.exists(notes)) {
      JsonNode noted = json(notes).path(PREFIX_NOTE);
      if (noted.isTextual()) {
        return checked(notes, noted.asText());
      }
    }
    Path prompts = directory.resolve("config_sentence_transformers.json");
    if (!Files.exists(prompts)) {
      return "";
    }
    JsonNode root = json(prompts);
    String name = root.path("default_prompt_name").asText("");
    return root.path("default_prompt_name").isTextual()
        ? checked(prompts, root.path("prompts").path(name).asText(""))
        : "";
  }

  private static String checked(Path file, String prefix) {
    if (prefix.length() > LONGEST_PREFIX) {
      throw unsupported(file, "has a prefix of " + prefix.length() + " characters");
    }
    return prefix;
  }

  private static JsonNode json(Path file) {
    if (!Files.exists(file)) {
      throw new IsoglossException(ErrorCode.MODEL_FILE_MISSING, file + " does not exist");
    }
    try {
      return JSON.readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      throw unsupported(file, "is not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.UNSUPPORTED_MODEL, file + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static IsoglossException unsupported(Path file, String what) {
    return new IsoglossException(ErrorCode.UNSUPPORTED_MODEL, file + " " + what);
  }
}
