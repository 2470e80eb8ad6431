package org.isogloss.trainer.data;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.isogloss.encoder.space.Digest;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * Keeps evaluation data from being trained on: a file by its path always; where a suite is known, a
 * file by its content and any line by its text, compared in NFKC, case folded, letters and digits
 * alone. Immutable.
 */
public final class EvaluationGuard {
  private static final String FOLDER = "eval";
  private static final int LINES_NAMED = 5;

  /** Columns of a suite's tables that are no text. */
  private static final Set<String> NOT_TEXT = Set.of("id", "score", "label");

  private final Map<Digest, Path> files;
  private final Map<String, Place> texts;
  private final Leaks leaks;

  private EvaluationGuard(Map<Digest, Path> files, Map<String, Place> texts, Leaks leaks) {
    this.files = files;
    this.texts = texts;
    this.leaks = leaks;
  }

  /** A line of a suite. */
  private record Place(Path file, int line) {
    @Override
    public String toString() {
      return file + ", line " + line;
    }
  }

  /** Knows evaluation data by its path alone. */
  public static EvaluationGuard byPath() {
    return new EvaluationGuard(Map.of(), Map.of(), Leaks.REFUSED);
  }

  /**
   * Knows also every file under these folders, wherever a copy of it lies and however it is called,
   * and every sentence in them. A table has a header line that names its columns; of other files
   * every line is a sentence.
   *
   * @throws IsoglossException BAD_INPUT_FILE if a folder cannot be read
   */
  public static EvaluationGuard of(List<Path> suites) {
    Map<Digest, Path> files = new HashMap<>();
    Map<String, Place> texts = new HashMap<>();
    for (Path suite : suites) {
      try (Stream<Path> below = Files.walk(suite)) {
        for (Path file : below.filter(Files::isRegularFile).sorted().toList()) {
          byte[] content = TrainingReader.content(file);
          files.put(Digest.of(content), file);
          addTexts(file, new String(content, UTF_8), texts);
        }
      } catch (IOException e) {
        throw new IsoglossException(
            ErrorCode.BAD_INPUT_FILE, "the suite " + suite + " cannot be read", e);
      }
    }
    return new EvaluationGuard(files, texts, Leaks.REFUSED);
  }

  /** Knows the same and does this with it. */
  public EvaluationGuard with(Leaks other) {
    return new EvaluationGuard(files, texts, other);
  }

  private static void addTexts(Path file, String content, Map<String, Place> texts) {
    List<String> lines = content.lines().toList();
    if (lines.isEmpty()) {
      return;
    }
    List<String> header = List.of(lines.getFirst().split("\t", -1));
    boolean table = header.stream().anyMatch(NOT_TEXT::contains);
    int[] columns =
        IntStream.range(0, header.size())
            .filter(column -> !table || !NOT_TEXT.contains(header.get(column)))
            .toArray();
    for (int line = table ? 1 : 0; line < lines.size(); line++) {
      String[] cells = lines.get(line).split("\t", -1);
      for (int column : columns) {
        String key = column < cells.length ? TextKey.of(cells[column]) : "";
        if (!key.isEmpty()) {
          texts.putIfAbsent(key, new Place(file, line + 1));
        }
      }
    }
  }

  /**
   * Begins to inspect a file.
   *
   * @param content digest of the file's content, uncompressed
   * @throws IsoglossException TRAINING_ON_EVALUATION if the whole file is evaluation data
   */
  Inspection inspect(Path file, Digest content) throws IOException {
    Optional<String> whole = wholeFile(file, content);
    if (whole.isPresent() && leaks != Leaks.ALLOWED) {
      throw new IsoglossException(ErrorCode.TRAINING_ON_EVALUATION, whole.get());
    }
    return new Inspection(file, whole.isPresent());
  }

  private Optional<String> wholeFile(Path file, Digest content) throws IOException {
    for (Path path : List.of(file.toAbsolutePath().normalize(), file.toRealPath())) {
      for (Path name : path) {
        if (name.toString().equalsIgnoreCase(FOLDER)) {
          return Optional.of("%s lies in a folder named %s".formatted(file, name));
        }
      }
    }
    return Optional.ofNullable(files.get(content))
        .map(same -> "%s has the content of %s (%s)".formatted(file, same, content.abbreviated()));
  }

  /** Looks for evaluation data among the lines of one file. For one thread. */
  final class Inspection {
    private final Path file;
    private final boolean whole;
    private final List<String> named = new ArrayList<>();
    private final List<Integer> leftOut = new ArrayList<>();
    private int leaked;

    private Inspection(Path file, boolean whole) {
      this.file = file;
      this.whole = whole;
    }

    /**
     * Looks at a line, its cells divided by tabs.
     *
     * @return whether it is to be read
     */
    boolean line(int number, String line) {
      if (whole) {
        leaked++;
        return true;
      }
      if (texts.isEmpty()) {
        return true;
      }
      for (String cell : line.split("\t", -1)) {
        Place place = texts.get(TextKey.of(cell));
        if (place != null) {
          leaked++;
          if (named.size() < LINES_NAMED) {
            named.add("line %d (%s)".formatted(number, place));
          }
          if (leaks == Leaks.LEFT_OUT) {
            leftOut.add(number);
            return false;
          }
          return true;
        }
      }
      return true;
    }

    /**
     * How many lines that are read are evaluation data.
     *
     * @throws IsoglossException TRAINING_ON_EVALUATION, with lines, if any is and that is refused
     */
    int finish() {
      if (leaked > 0 && leaks == Leaks.REFUSED) {
        throw new IsoglossException(
            ErrorCode.TRAINING_ON_EVALUATION,
            "%s: %d lines stand in an evaluation suite: %s%s"
                .formatted(
                    file, leaked, String.join(", ", named), leaked > named.size() ? ", …" : ""));
      }
      return leaked - leftOut.size();
    }

    /** The numbers of the lines that are not read. */
    List<Integer> leftOut() {
      return List.copyOf(leftOut);
    }
  }
}
