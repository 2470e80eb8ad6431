package org.isogloss.encoder.backbone;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.isogloss.encoder.space.Digest;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * The weights of a checkpoint: {@code model.safetensors}, or the files that {@code
 * model.safetensors.index.json} names under {@code weight_map}, tensor by tensor. Every file is
 * mapped; closing ends the life of every segment. Safe for use by several threads.
 */
final class WeightFiles implements AutoCloseable {
  private static final String ONE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";
  private static final int MOST_FILES = 10_000;
  private static final JsonMapper JSON = new JsonMapper();

  /** What the weights are called in messages: the one file, or the index. */
  private final Path name;

  /** By file name; a single file alone. */
  private final SortedMap<String, SafetensorsFile> files;

  /** Of sharded weights, the file of each tensor; empty for a single file. */
  private final Map<String, String> places;

  private WeightFiles(
      Path name, SortedMap<String, SafetensorsFile> files, Map<String, String> places) {
    this.name = name;
    this.files = files;
    this.places = Map.copyOf(places);
  }

  /**
   * Opens the weights in a directory; one file is preferred to an index.
   *
   * @throws IsoglossException MODEL_FILE_MISSING naming the file that is not there; BAD_SAFETENSORS
   *     naming the one that is malformed, the index among them
   */
  static WeightFiles open(Path directory) {
    Path index = directory.resolve(INDEX);
    if (Files.exists(directory.resolve(ONE)) || !Files.exists(index)) {
      SafetensorsFile file = SafetensorsFile.open(directory.resolve(ONE));
      return new WeightFiles(file.file(), new TreeMap<>(Map.of(ONE, file)), Map.of());
    }
    Map<String, String> places = places(index);
    SortedMap<String, SafetensorsFile> files = new TreeMap<>();
    try {
      for (String shard : places.values()) {
        if (!files.containsKey(shard)) {
          files.put(shard, SafetensorsFile.open(directory.resolve(shard)));
        }
      }
      return new WeightFiles(index, files, places);
    } catch (RuntimeException | Error e) {
      files.values().forEach(SafetensorsFile::close);
      throw e;
    }
  }

  private static Map<String, String> places(Path index) {
    JsonNode map;
    try {
      map = JSON.readTree(Files.readAllBytes(index)).path("weight_map");
    } catch (JsonProcessingException e) {
      throw bad(index, "is no JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.BAD_SAFETENSORS, index + " cannot be read: " + e.getMessage(), e);
    }
    if (!map.isObject() || map.isEmpty()) {
      throw bad(index, "has no weight_map");
    }
    Map<String, String> places = new TreeMap<>();
    for (Map.Entry<String, JsonNode> each : map.properties()) {
      String file = each.getValue().asText("");
      // A name, and nothing that leads out of the directory.
      if (!file.matches("[A-Za-z0-9_][A-Za-z0-9_.-]*\\.safetensors")) {
        throw bad(index, "places " + each.getKey() + " in a file called \"" + file + "\"");
      }
      places.put(each.getKey(), file);
    }
    if (places.values().stream().distinct().count() > MOST_FILES) {
      throw bad(index, "names too many files");
    }
    return places;
  }

  private static IsoglossException bad(Path index, String how) {
    return new IsoglossException(ErrorCode.BAD_SAFETENSORS, index + " " + how);
  }

  /** The one file, or the index: for messages. */
  Path name() {
    return name;
  }

  /**
   * The tensor of this name.
   *
   * @throws IsoglossException BAD_TENSOR if the index places it in a file that lacks it
   */
  Optional<TensorEntry> find(String tensor) {
    if (places.isEmpty()) {
      return files.values().iterator().next().find(tensor);
    }
    return Optional.ofNullable(places.get(tensor))
        .map(
            place ->
                Optional.ofNullable(files.get(place))
                    .flatMap(file -> file.find(tensor))
                    .orElseThrow(
                        () ->
                            new IsoglossException(
                                ErrorCode.BAD_TENSOR,
                                "%s places %s in %s, which has no such tensor"
                                    .formatted(name, tensor, place))));
  }

  /**
   * Identifies the weights: of one file its digest, of several the digest of their names and
   * digests.
   *
   * @param ofFile gives the digest of a file
   */
  Digest digest(Function<Path, Digest> ofFile) {
    if (places.isEmpty()) {
      return ofFile.apply(name);
    }
    StringBuilder text = new StringBuilder("isogloss-shards-1\n");
    files.forEach(
        (shard, file) ->
            text.append(shard).append(' ').append(ofFile.apply(file.file()).hex()).append('\n'));
    return Digest.of(text.toString());
  }

  @Override
  public void close() {
    files.values().forEach(SafetensorsFile::close);
  }
}
