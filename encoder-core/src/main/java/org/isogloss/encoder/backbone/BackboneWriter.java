package org.isogloss.encoder.backbone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes a checkpoint in Hugging Face layout that {@link Backbone} opens: other weights in the
 * place of another's, whose configuration and tokenizer it keeps, and perhaps fewer layers.
 */
public final class BackboneWriter {
  private static final List<String> KEPT =
      List.of("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt");

  private BackboneWriter() {}

  /**
   * Writes a folder, which appears whole or not at all. Holds no more than one tensor beside those
   * given.
   *
   * @param directory must not exist
   * @param like whose configuration and tokenizer are kept
   * @param layers the first so many are written
   * @param tensors of those layers and the embeddings; more are not written
   * @param metadata of the weights' file
   * @param files further files by name
   * @throws IllegalArgumentException if a tensor is missing or has another shape
   */
  public static void write(
      Path directory,
      Backbone like,
      int layers,
      Map<String, TensorEntry> tensors,
      Map<String, String> metadata,
      Map<String, byte[]> files)
      throws IOException {
    List<TensorSource> sources = new ArrayList<>();
    like.config()
        .neededTensors(layers)
        .forEach(
            (name, shape) -> {
              TensorEntry tensor = tensors.get(name);
              if (tensor == null || !tensor.shape().equals(shape)) {
                throw new IllegalArgumentException(name + " is missing, or not " + shape);
              }
              sources.add(new TensorSource(name, tensor.type(), tensor.shape(), tensor::segment));
            });
    Path parent = Optional.ofNullable(directory.toAbsolutePath().getParent()).orElseThrow();
    Files.createDirectories(parent);
    Path part = Files.createTempDirectory(parent, ".part-");
    JsonMapper json = new JsonMapper();
    JsonNode config = json.readTree(like.directory().resolve("config.json").toFile());
    json.writerWithDefaultPrettyPrinter()
        .writeValue(
            part.resolve("config.json").toFile(),
            ((ObjectNode) config).put("num_hidden_layers", layers));
    for (String name : KEPT) {
      Path file = like.directory().resolve(name);
      if (Files.isRegularFile(file)) {
        Files.copy(file, part.resolve(name));
      }
    }
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Files.write(part.resolve(file.getKey()), file.getValue());
    }
    SafetensorsWriter.write(part.resolve("model.safetensors"), metadata, sources);
    Files.move(part, directory, StandardCopyOption.ATOMIC_MOVE);
  }
}
