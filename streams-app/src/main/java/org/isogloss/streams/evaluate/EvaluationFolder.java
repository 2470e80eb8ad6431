package org.isogloss.streams.evaluate;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * Where evaluation keeps suites, vectors and runs on disk. Immutable; the files are for one process
 * at a time.
 */
public final class EvaluationFolder {
  private static final String RECORD = "run.json";

  private final Path root;

  public EvaluationFolder(Path root) {
    this.root = root;
  }

  Path vectors() {
    return root.resolve("vectors");
  }

  SuiteArchive suites() {
    return new SuiteArchive(root.resolve("suites"));
  }

  /** The folder of a run. */
  public Path run(String id) {
    return runs().resolve(id);
  }

  private Path runs() {
    return root.resolve("runs");
  }

  void write(RunRecord run) {
    Path folder = run(run.id());
    try {
      Files.createDirectories(folder);
      Path temporary = Files.createTempFile(folder, "run", ".tmp");
      Files.writeString(temporary, run.json(), UTF_8);
      SuiteArchive.move(temporary, folder.resolve(RECORD));
    } catch (IOException e) {
      throw new IsoglossException(ErrorCode.OUTPUT_FAILED, "cannot write " + folder, e);
    }
  }

  /**
   * A finished run.
   *
   * @param id whole, or so much of it that no other begins with it
   * @throws IsoglossException BAD_OPTION if no run, or more than one, is meant
   */
  public RunRecord read(String id) {
    List<String> meant = ids().stream().filter(each -> each.startsWith(id)).toList();
    String one = meant.contains(id) ? id : meant.size() == 1 ? meant.getFirst() : none(id, meant);
    Path file = run(one).resolve(RECORD);
    try {
      return RunRecord.parse(Files.readString(file, UTF_8), file.toString());
    } catch (IOException e) {
      throw new IsoglossException(ErrorCode.BAD_INPUT_FILE, "cannot read " + file, e);
    }
  }

  private static String none(String id, List<String> meant) {
    throw new IsoglossException(
        ErrorCode.BAD_OPTION,
        meant.isEmpty()
            ? "there is no run '%s': see `isogloss eval list`".formatted(id)
            : "'%s' may be any of %s".formatted(id, String.join(", ", meant)));
  }

  /** The finished runs, the latest last. */
  public List<RunRecord> all() {
    return ids().stream().map(this::read).sorted(Comparator.comparing(RunRecord::started)).toList();
  }

  private List<String> ids() {
    try (Stream<Path> folders = Files.list(runs())) {
      return folders
          .filter(folder -> Files.exists(folder.resolve(RECORD)))
          .map(folder -> folder.getFileName().toString())
          .sorted()
          .toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new IsoglossException(ErrorCode.BAD_INPUT_FILE, "cannot read " + runs(), e);
    }
  }
}
