package org.isogloss.encoder.module;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.isogloss.encoder.backbone.BackboneConfig;
import org.isogloss.encoder.backbone.SafetensorsFile;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.space.Digest;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * A LoRA in the layout of Hugging Face's PEFT: {@code adapter_config.json} and {@code
 * adapter_model.safetensors}. What our composition cannot express (rank-stabilised scale, DoRA,
 * trained biases, ranks that differ between matrices, other modules than the six matrices) is
 * refused rather than dropped; pickles ({@code adapter_model.bin}) are never read.
 *
 * @param shape as the configuration says
 * @param tensors by the names of a module's stage, values copied
 * @param layers how many layers carry it, from the first on
 * @param weights digest of the file that holds the tensors
 */
public record PeftLora(
    LoraShape shape, Map<String, TensorEntry> tensors, int layers, Digest weights) {
  private static final String CONFIG = "adapter_config.json";
  private static final String WEIGHTS = "adapter_model.safetensors";
  private static final Pattern NAME =
      Pattern.compile(
          "(?:.*\\.)?encoder\\.layer\\.(\\d{1,4})\\.(.+)\\.lora_([AB])(?:\\.default)?\\.weight");

  public PeftLora {
    tensors = Map.copyOf(tensors);
  }

  /**
   * @param stage {@link ModuleTensors#LANGUAGE_ADAPTATION} or {@link
   *     ModuleTensors#SENTENCE_ENCODING}
   * @param backbone what the adapter was trained over
   * @throws IsoglossException BAD_MODULE, also if a tensor is of another size than rank and
   *     backbone say
   */
  public static PeftLora read(Path directory, String stage, BackboneConfig backbone) {
    JsonNode config = config(directory);
    int rank = config.path("r").asInt(0);
    double alpha = config.path("lora_alpha").asDouble(0);
    for (String flag : List.of("use_rslora", "use_dora", "fan_in_fan_out")) {
      if (config.path(flag).asBoolean(false)) {
        throw bad(directory, flag + " is not supported");
      }
    }
    if (!config.path("bias").asText("none").equals("none")) {
      throw bad(directory, "trained biases are not supported");
    }
    for (String pattern : List.of("rank_pattern", "alpha_pattern")) {
      if (!config.path(pattern).isEmpty()) {
        throw bad(directory, pattern + " is not supported");
      }
    }
    if (rank < 1 || !(alpha > 0)) {
      throw bad(directory, "r and lora_alpha must be positive");
    }
    if (!Files.isRegularFile(directory.resolve(WEIGHTS))) {
      throw bad(directory, WEIGHTS + " is missing; save the adapter with safe serialisation");
    }
    Map<String, TensorEntry> tensors = new HashMap<>();
    Set<LinearTarget> targets = EnumSet.noneOf(LinearTarget.class);
    int layers = 0;
    try (SafetensorsFile file = SafetensorsFile.open(directory.resolve(WEIGHTS))) {
      List<String> unknown = new ArrayList<>();
      for (TensorEntry tensor : file.tensors().values()) {
        Matcher matcher = NAME.matcher(tensor.name());
        Optional<LinearTarget> target =
            matcher.matches() ? target(matcher.group(2)) : Optional.empty();
        if (target.isEmpty()) {
          unknown.add(tensor.name());
          continue;
        }
        int layer = Integer.parseInt(matcher.group(1));
        layers = Math.max(layers, layer + 1);
        targets.add(target.get());
        boolean a = matcher.group(3).equals("A");
        List<Long> shape =
            a
                ? ModuleTensors.shapeOfA(target.get(), rank, backbone)
                : ModuleTensors.shapeOfB(target.get(), rank, backbone);
        if (!tensor.shape().equals(shape)) {
          throw bad(
              directory,
              "has %s of %s, which rank and backbone want to be %s"
                  .formatted(tensor.name(), tensor.shape(), shape));
        }
        String name =
            a
                ? ModuleTensors.loraA(stage, layer, target.get())
                : ModuleTensors.loraB(stage, layer, target.get());
        tensors.put(name, TensorEntry.of(name, tensor.shape(), tensor.toFloats()));
      }
      if (!unknown.isEmpty()) {
        throw bad(
            directory, "has tensors that no layer's matrix carries, such as " + unknown.getFirst());
      }
    }
    if (tensors.isEmpty()) {
      throw bad(directory, "has no tensor");
    }
    LoraShape shape = new LoraShape(rank, alpha, targets);
    if (tensors.size() != 2 * layers * targets.size()) {
      throw bad(directory, "does not carry the same matrices in every layer");
    }
    return new PeftLora(shape, tensors, layers, weights(directory));
  }

  private static Digest weights(Path directory) {
    try {
      return Digest.ofFile(directory.resolve(WEIGHTS));
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.BAD_MODULE, directory + ": " + WEIGHTS + " cannot be read", e);
    }
  }

  private static Optional<LinearTarget> target(String name) {
    for (LinearTarget target : LinearTarget.values()) {
      if (target.backboneName().equals(name)) {
        return Optional.of(target);
      }
    }
    return Optional.empty();
  }

  private static JsonNode config(Path directory) {
    Path file = directory.resolve(CONFIG);
    try {
      return new JsonMapper().readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      throw new IsoglossException(ErrorCode.BAD_MODULE, file + " is not JSON", e);
    } catch (IOException e) {
      throw new IsoglossException(ErrorCode.BAD_MODULE, file + " cannot be read", e);
    }
  }

  private static IsoglossException bad(Path directory, String what) {
    return new IsoglossException(ErrorCode.BAD_MODULE, directory + ": " + what);
  }
}
