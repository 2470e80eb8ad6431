package org.isogloss.trainer.loop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isogloss.encoder.backbone.SafetensorsFile;
import org.isogloss.encoder.backbone.SafetensorsWriter;
import org.isogloss.encoder.backbone.TensorSource;
import org.isogloss.encoder.engine.TrainableLanguage;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * What a run goes on from: the file's format stands in the package's description. Tensors are
 * mapped from the file, as long as this is open.
 */
record Checkpoint(Progress progress, TrainableLanguage.State state, SafetensorsFile file)
    implements AutoCloseable {
  /**
   * How far a run has come.
   *
   * @param step how many batches have been seen
   * @param scoresSinceBest how many scores in a row were no better
   */
  record Progress(
      long step,
      String fingerprint,
      double firstScore,
      double bestScore,
      long bestStep,
      int scoresSinceBest) {}

  /**
   * Writes beside and renames: the file is the old one or the new one, whole.
   *
   * @param updates of the optimiser
   * @param tensors each is held in its turn
   */
  static void write(Path file, Progress progress, long updates, List<TensorSource> tensors)
      throws IOException {
    Map<String, String> metadata =
        Map.of(
            "step", Long.toString(progress.step()),
            "updates", Long.toString(updates),
            "fingerprint", progress.fingerprint(),
            "first_score", Double.toString(progress.firstScore()),
            "best_score", Double.toString(progress.bestScore()),
            "best_step", Long.toString(progress.bestStep()),
            "scores_since_best", Integer.toString(progress.scoresSinceBest()));
    Path part = file.resolveSibling(file.getFileName() + ".part");
    SafetensorsWriter.write(part, metadata, tensors);
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * Opens one, if it is there; the caller closes it.
   *
   * @throws IsoglossException BAD_CHECKPOINT if it is damaged
   */
  static Optional<Checkpoint> open(Path file) {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    SafetensorsFile opened = SafetensorsFile.open(file);
    try {
      Map<String, String> metadata = opened.metadata();
      return Optional.of(
          new Checkpoint(
              new Progress(
                  Long.parseLong(value(metadata, "step")),
                  value(metadata, "fingerprint"),
                  Double.parseDouble(value(metadata, "first_score")),
                  Double.parseDouble(value(metadata, "best_score")),
                  Long.parseLong(value(metadata, "best_step")),
                  Integer.parseInt(value(metadata, "scores_since_best"))),
              new TrainableLanguage.State(
                  Long.parseLong(value(metadata, "updates")),
                  new LinkedHashMap<>(opened.tensors())),
              opened));
    } catch (IllegalArgumentException e) {
      opened.close();
      throw new IsoglossException(
          ErrorCode.BAD_CHECKPOINT, file + " is no checkpoint: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    file.close();
  }

  private static String value(Map<String, String> metadata, String name) {
    String value = metadata.get(name);
    if (value == null) {
      throw new IllegalArgumentException("its metadata lacks " + name);
    }
    return value;
  }
}
