package org.isogloss.trainer.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.isogloss.encoder.space.Digest;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/** Refuses evaluation data: by path always, by digest where a suite is known. Immutable. */
public final class EvaluationGuard {
  private static final String FOLDER = "eval";

  private final Map<Digest, Path> evaluation;

  private EvaluationGuard(Map<Digest, Path> evaluation) {
    this.evaluation = Map.copyOf(evaluation);
  }

  /** Knows evaluation data by its path alone. */
  public static EvaluationGuard byPath() {
    return new EvaluationGuard(Map.of());
  }

  /**
   * Knows also every file under these folders, wherever a copy of it lies and however it is called.
   *
   * @throws IsoglossException BAD_INPUT_FILE if a folder cannot be read
   */
  public static EvaluationGuard of(List<Path> suites) {
    Map<Digest, Path> evaluation = new HashMap<>();
    for (Path suite : suites) {
      try (Stream<Path> files = Files.walk(suite)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          evaluation.put(Digest.of(TrainingReader.content(file)), file);
        }
      } catch (IOException e) {
        throw new IsoglossException(
            ErrorCode.BAD_INPUT_FILE, "the suite " + suite + " cannot be read", e);
      }
    }
    return new EvaluationGuard(evaluation);
  }

  /**
   * @param content digest of the file's content, uncompressed
   * @throws IsoglossException TRAINING_ON_EVALUATION
   */
  void check(Path file, Digest content) throws IOException {
    for (Path path : List.of(file.toAbsolutePath().normalize(), file.toRealPath())) {
      for (Path name : path) {
        if (name.toString().equalsIgnoreCase(FOLDER)) {
          throw new IsoglossException(
              ErrorCode.TRAINING_ON_EVALUATION,
              "%s lies in a folder named %s".formatted(file, name));
        }
      }
    }
    Path same = evaluation.get(content);
    if (same != null) {
      throw new IsoglossException(
          ErrorCode.TRAINING_ON_EVALUATION,
          "%s has the content of %s (%s)".formatted(file, same, content.abbreviated()));
    }
  }
}
