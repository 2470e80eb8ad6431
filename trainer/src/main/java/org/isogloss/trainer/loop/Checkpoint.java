package org.isogloss.trainer.loop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.isogloss.encoder.backbone.SafetensorsFile;
import org.isogloss.encoder.backbone.SafetensorsWriter;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.backbone.TensorSource;
import org.isogloss.encoder.engine.TrainableLanguage;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * What a run goes on from: the file's format stands in the package's description.
 *
 * @param step how many batches have been seen
 * @param scoresSinceBest how many scores in a row were no better
 */
record Checkpoint(
    long step,
    String fingerprint,
    double firstScore,
    double bestScore,
    long bestStep,
    int scoresSinceBest,
    TrainableLanguage.State state) {

  /** Writes beside and renames: the file is the old one or the new one, whole. */
  void write(Path file) throws IOException {
    Map<String, String> metadata =
        Map.of(
            "step", Long.toString(step),
            "updates", Long.toString(state.updates()),
            "fingerprint", fingerprint,
            "first_score", Double.toString(firstScore),
            "best_score", Double.toString(bestScore),
            "best_step", Long.toString(bestStep),
            "scores_since_best", Integer.toString(scoresSinceBest));
    List<TensorSource> tensors =
        state.tensors().entrySet().stream()
            .map(
                e ->
                    new TensorEntry(
                        e.getKey(),
                        e.getValue().type(),
                        e.getValue().shape(),
                        e.getValue().segment()))
            .map(TensorSource::of)
            .toList();
    Path part = file.resolveSibling(file.getFileName() + ".part");
    SafetensorsWriter.write(part, metadata, tensors);
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * Reads one, if it is there.
   *
   * @throws IsoglossException BAD_CHECKPOINT if it is damaged
   */
  static Optional<Checkpoint> read(Path file) {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try (SafetensorsFile opened = SafetensorsFile.open(file)) {
      SequencedMap<String, TensorEntry> tensors = new LinkedHashMap<>();
      opened
          .tensors()
          .forEach(
              (name, tensor) ->
                  tensors.put(name, TensorEntry.of(name, tensor.shape(), tensor.toFloats())));
      Map<String, String> metadata = opened.metadata();
      return Optional.of(
          new Checkpoint(
              Long.parseLong(value(metadata, "step")),
              value(metadata, "fingerprint"),
              Double.parseDouble(value(metadata, "first_score")),
              Double.parseDouble(value(metadata, "best_score")),
              Long.parseLong(value(metadata, "best_step")),
              Integer.parseInt(value(metadata, "scores_since_best")),
              new TrainableLanguage.State(Long.parseLong(value(metadata, "updates")), tensors)));
    } catch (IllegalArgumentException e) {
      throw new IsoglossException(
          ErrorCode.BAD_CHECKPOINT, file + " is no checkpoint: " + e.getMessage(), e);
    }
  }

  private static String value(Map<String, String> metadata, String name) {
    String value = metadata.get(name);
    if (value == null) {
      throw new IllegalArgumentException("its metadata lacks " + name);
    }
    return value;
  }
}
