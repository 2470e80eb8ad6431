package org.isogloss.trainer.data;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.zip.GZIPInputStream;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.space.Digest;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/** Reads training data; the formats stand in the package's description. */
public final class TrainingReader {
  private final EvaluationGuard guard;

  public TrainingReader(EvaluationGuard guard) {
    this.guard = guard;
  }

  /**
   * Plain text, one sentence a line; blank lines are skipped.
   *
   * @throws IsoglossException BAD_INPUT_FILE naming the file; TRAINING_ON_EVALUATION
   */
  public MonolingualCorpus monolingual(List<Path> paths) {
    SequencedSet<String> sentences = new LinkedHashSet<>();
    List<DataFile> files = new ArrayList<>();
    for (Path path : paths) {
      int[] rows = {0};
      Content content =
          read(
              path,
              false,
              (number, line) -> {
                if (!line.isBlank()) {
                  sentences.add(sentence(line));
                  rows[0]++;
                }
              });
      files.add(content.file(path, rows[0]));
    }
    return new MonolingualCorpus(List.copyOf(sentences), files);
  }

  /**
   * Translations between a language and English; the header says which column is which.
   *
   * @throws IsoglossException BAD_INPUT_FILE naming file and line; TRAINING_ON_EVALUATION
   */
  public ParallelCorpus parallel(List<Path> paths, String language) {
    SequencedSet<SentencePair> pairs = new LinkedHashSet<>();
    List<DataFile> files = new ArrayList<>();
    for (Path path : paths) {
      PairParser parser = new PairParser(path, language, pairs);
      Content content = read(path, true, parser::line);
      if (parser.lines == 0) {
        throw parser.bad(1, "the header is missing");
      }
      files.add(content.file(path, parser.lines - 1));
    }
    return new ParallelCorpus(List.copyOf(pairs), files);
  }

  /**
   * Which language a file of translations is of, beside English: what its header says.
   *
   * @throws IsoglossException BAD_INPUT_FILE naming the file
   */
  public static String languageOf(Path path) {
    try {
      List<String> cells =
          new String(content(path), UTF_8)
              .lines()
              .findFirst()
              .map(header -> List.of(header.split("\t", -1)))
              .orElse(List.of());
      if (cells.size() == 2 && cells.contains(ModuleManifest.PIVOT)) {
        return cells.getFirst().equals(ModuleManifest.PIVOT) ? cells.getLast() : cells.getFirst();
      }
      throw new IsoglossException(
          ErrorCode.BAD_INPUT_FILE,
          "%s, line 1: the header must be a language and %s, divided by a tab"
              .formatted(path, ModuleManifest.PIVOT));
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.BAD_INPUT_FILE, path + " cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Paraphrases: TSV under the header {@code sentence1⇥sentence2}; a sentence is none of itself.
   *
   * @throws IsoglossException BAD_INPUT_FILE naming file and line; TRAINING_ON_EVALUATION
   */
  public ParaphraseCorpus paraphrases(List<Path> paths) {
    SequencedSet<ParaphraseCorpus.Paraphrase> pairs = new LinkedHashSet<>();
    List<DataFile> files = new ArrayList<>();
    for (Path path : paths) {
      int[] rows = {0};
      Content content =
          read(
              path,
              true,
              (number, line) -> {
                String[] cells = line.split("\t", -1);
                boolean header = number == 1;
                if (cells.length != 2
                    || cells[0].isBlank()
                    || cells[1].isBlank()
                    || (header && !List.of(cells).equals(List.of("sentence1", "sentence2")))) {
                  throw new IsoglossException(
                      ErrorCode.BAD_INPUT_FILE,
                      "%s, line %d: not two sentences under the header sentence1, sentence2"
                          .formatted(path, number));
                }
                if (!header) {
                  rows[0]++;
                  String first = sentence(cells[0]);
                  String second = sentence(cells[1]);
                  if (!first.equals(second)) {
                    pairs.add(new ParaphraseCorpus.Paraphrase(first, second));
                  }
                }
              });
      files.add(content.file(path, rows[0]));
    }
    return new ParaphraseCorpus(List.copyOf(pairs), files);
  }

  private static final class PairParser {
    private final Path file;
    private final String language;
    private final Set<SentencePair> pairs;
    private boolean pivotFirst;
    private int lines;

    PairParser(Path file, String language, Set<SentencePair> pairs) {
      this.file = file;
      this.language = language;
      this.pairs = pairs;
    }

    void line(int number, String line) {
      String[] cells = line.split("\t", -1);
      lines++;
      if (number == 1) {
        header(List.of(cells));
        return;
      }
      if (cells.length != 2) {
        throw bad(number, "%d cells, not 2".formatted(cells.length));
      }
      if (cells[0].isBlank() || cells[1].isBlank()) {
        throw bad(number, "an empty sentence");
      }
      String first = sentence(cells[0]);
      String second = sentence(cells[1]);
      pairs.add(pivotFirst ? new SentencePair(second, first) : new SentencePair(first, second));
    }

    private void header(List<String> cells) {
      if (cells.equals(List.of(ModuleManifest.PIVOT, language))) {
        pivotFirst = true;
      } else if (!cells.equals(List.of(language, ModuleManifest.PIVOT))) {
        throw bad(
            1,
            "the header must be %s and %s, divided by a tab, not: %s"
                .formatted(language, ModuleManifest.PIVOT, String.join(" ", cells)));
      }
    }

    IsoglossException bad(int number, String what) {
      return new IsoglossException(
          ErrorCode.BAD_INPUT_FILE, file + ", line " + number + ": " + what);
    }
  }

  /** What was read, but for its sentences. */
  private record Content(Digest digest, int leakedRows, List<Integer> leftOut) {
    DataFile file(Path path, int rows) {
      return new DataFile(path, digest, rows, leakedRows, leftOut);
    }
  }

  private Content read(Path path, boolean headed, BiConsumer<Integer, String> line) {
    try {
      if (!Files.isRegularFile(path)) {
        throw new IsoglossException(ErrorCode.BAD_INPUT_FILE, "there is no file " + path);
      }
      byte[] content = content(path);
      Digest digest = Digest.of(content);
      EvaluationGuard.Inspection inspection = guard.inspect(path, digest);
      String text =
          UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(content))
              .toString();
      int number = 0;
      for (String each : (Iterable<String>) text.lines()::iterator) {
        number++;
        boolean header = headed && number == 1;
        if (header || inspection.line(number, each)) {
          line.accept(number, each);
        }
      }
      return new Content(digest, inspection.finish(), inspection.leftOut());
    } catch (CharacterCodingException e) {
      throw new IsoglossException(ErrorCode.BAD_INPUT_FILE, path + " is not UTF-8", e);
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.BAD_INPUT_FILE, path + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** The bytes of a file, uncompressed. */
  static byte[] content(Path path) throws IOException {
    try (InputStream raw = Files.newInputStream(path)) {
      return path.getFileName().toString().endsWith(".gz")
          ? new GZIPInputStream(raw, 1 << 16).readAllBytes()
          : raw.readAllBytes();
    }
  }

  private static String sentence(String text) {
    return Normalizer.normalize(text.strip(), Normalizer.Form.NFC);
  }
}
