package org.isogloss.metrics.suite;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.isogloss.encoder.space.Digest;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * Reads a suite from a folder. Every file is UTF-8 TSV with a header line:
 *
 * <pre>
 * sts/SET/LANGUAGE.SPLIT.tsv            id score sentence1 sentence2
 * sts/SET/TRACK.LEFT-RIGHT.tsv          id score sentence1 sentence2
 * classification/SET/LANGUAGE.SPLIT.tsv id label text
 * bitext/SET/LEFT-RIGHT.tsv             id LEFT RIGHT
 * </pre>
 *
 * <p>Nothing is guessed: a malformed row, a duplicate id (of a classification set also in two
 * splits of a language), an empty sentence, a score outside [0, 5] or one that differs between the
 * languages of an item is a BAD_SUITE error with file and line, before anything is encoded.
 */
public final class SuiteReader {
  private static final String LANGUAGE = "[a-z]{2,3}";
  private static final Pattern PER_LANGUAGE =
      Pattern.compile("(" + LANGUAGE + ")\\.(train|dev|test)\\.tsv");
  private static final Pattern TRACK =
      Pattern.compile("([A-Za-z0-9_]+)\\.(" + LANGUAGE + ")-(" + LANGUAGE + ")\\.tsv");
  private static final Pattern PAIR =
      Pattern.compile("(" + LANGUAGE + ")-(" + LANGUAGE + ")\\.tsv");
  private static final double MAX_SCORE = 5;

  /**
   * Scores that differ by less are one: Kardeş-NLU's Uyghur says 4.22199999999999 where the other
   * languages say 4.222. Every language keeps its own, and a pair of languages takes its left's.
   */
  private static final double SAME_SCORE = 1e-9;

  private SuiteReader() {}

  public static Suite read(Path folder, String name) {
    if (!Files.isDirectory(folder)) {
      throw new IsoglossException(ErrorCode.BAD_SUITE, folder + " is not a folder");
    }
    List<EvaluationSet> sets = new ArrayList<>();
    StringBuilder content = new StringBuilder();
    for (Path set : folders(folder.resolve("sts"))) {
      sets.addAll(similarity(set, content));
    }
    for (Path set : folders(folder.resolve("classification"))) {
      sets.add(classification(set, content));
    }
    for (Path set : folders(folder.resolve("bitext"))) {
      sets.addAll(bitext(set, content));
    }
    if (sets.isEmpty()) {
      throw new IsoglossException(
          ErrorCode.BAD_SUITE, folder + " has none of the folders sts, classification, bitext");
    }
    return new Suite(name, Digest.of(content.toString()), sets);
  }

  private static List<EvaluationSet> similarity(Path folder, StringBuilder content) {
    String set = folder.getFileName().toString();
    Map<Split, TreeMap<String, List<ScoredPair>>> bySplit = new EnumMap<>(Split.class);
    Map<Split, Map<String, Row>> scored = new EnumMap<>(Split.class);
    List<EvaluationSet> sets = new ArrayList<>();
    for (Path file : files(folder)) {
      String fileName = file.getFileName().toString();
      Matcher perLanguage = PER_LANGUAGE.matcher(fileName);
      Matcher track = TRACK.matcher(fileName);
      if (!perLanguage.matches() && !track.matches()) {
        throw unexpected(file, "LANGUAGE.SPLIT.tsv or TRACK.LEFT-RIGHT.tsv");
      }
      List<Row> rows = rows(file, List.of("id", "score", "sentence1", "sentence2"), content);
      List<ScoredPair> items =
          rows.stream()
              .map(row -> new ScoredPair(row.cell(0), row.score(1), row.cell(2), row.cell(3)))
              .toList();
      if (perLanguage.matches()) {
        Split split = split(perLanguage.group(2));
        requireSameScores(rows, scored.computeIfAbsent(split, s -> new HashMap<>()));
        bySplit.computeIfAbsent(split, s -> new TreeMap<>()).put(perLanguage.group(1), items);
      } else {
        sets.add(
            new SimilarityTrack(set + "/" + track.group(1), track.group(2), track.group(3), items));
      }
    }
    bySplit.forEach((split, items) -> sets.add(new SimilaritySet(set, split, items)));
    return sets;
  }

  /**
   * An item has one score, whatever the language.
   *
   * @param known the first row of every id in any language; those of the rows are added
   */
  private static void requireSameScores(List<Row> rows, Map<String, Row> known) {
    for (Row row : rows) {
      Row first = known.computeIfAbsent(row.cell(0), id -> row);
      if (Math.abs(first.score(1) - row.score(1)) > SAME_SCORE) {
        throw row.bad(
            "the item %s has the score %s, but %s in %s"
                .formatted(row.cell(0), row.cell(1), first.cell(1), first.place()));
      }
    }
  }

  private static EvaluationSet classification(Path folder, StringBuilder content) {
    TreeMap<String, Map<Split, List<LabelledText>>> items = new TreeMap<>();
    Map<String, Map<String, Row>> known = new HashMap<>();
    for (Path file : files(folder)) {
      Matcher name = PER_LANGUAGE.matcher(file.getFileName().toString());
      if (!name.matches()) {
        throw unexpected(file, "LANGUAGE.SPLIT.tsv");
      }
      List<Row> rows = rows(file, List.of("id", "label", "text"), content);
      Map<String, Row> ofLanguage = known.computeIfAbsent(name.group(1), l -> new HashMap<>());
      for (Row row : rows) {
        Row other = ofLanguage.putIfAbsent(row.cell(0), row);
        if (other != null) {
          throw row.bad("the id %s stands in %s too".formatted(row.cell(0), other.place()));
        }
      }
      items
          .computeIfAbsent(name.group(1), l -> new EnumMap<>(Split.class))
          .put(
              split(name.group(2)),
              rows.stream()
                  .map(row -> new LabelledText(row.cell(0), row.cell(1), row.cell(2)))
                  .toList());
    }
    return new ClassificationSet(folder.getFileName().toString(), items);
  }

  private static List<EvaluationSet> bitext(Path folder, StringBuilder content) {
    List<EvaluationSet> sets = new ArrayList<>();
    for (Path file : files(folder)) {
      Matcher name = PAIR.matcher(file.getFileName().toString());
      if (!name.matches()) {
        throw unexpected(file, "LEFT-RIGHT.tsv");
      }
      String left = name.group(1);
      String right = name.group(2);
      List<Translation> items =
          rows(file, List.of("id", left, right), content).stream()
              .map(row -> new Translation(row.cell(0), row.cell(1), row.cell(2)))
              .toList();
      sets.add(new BitextSet(folder.getFileName().toString(), left, right, items));
    }
    return sets;
  }

  /** One line of a file, split into its cells. */
  private record Row(Path file, int line, List<String> cells) {
    String cell(int column) {
      return cells.get(column);
    }

    double score(int column) {
      double score;
      try {
        score = Double.parseDouble(cell(column));
      } catch (NumberFormatException e) {
        throw bad("the score is not a number: " + cell(column));
      }
      if (!(score >= 0) || score > MAX_SCORE) {
        throw bad("the score is outside [0, 5]: " + cell(column));
      }
      return score;
    }

    String place() {
      return file.getFileName() + ", line " + line;
    }

    IsoglossException bad(String what) {
      return new IsoglossException(ErrorCode.BAD_SUITE, file + ", line " + line + ": " + what);
    }
  }

  private static List<Row> rows(Path file, List<String> header, StringBuilder content) {
    byte[] bytes;
    String text;
    try {
      bytes = Files.readAllBytes(file);
      text =
          UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(bytes))
              .toString();
    } catch (CharacterCodingException e) {
      throw new IsoglossException(ErrorCode.BAD_SUITE, file + " is not UTF-8", e);
    } catch (IOException e) {
      throw new IsoglossException(ErrorCode.BAD_SUITE, "cannot read " + file, e);
    }
    Path folder = Optional.ofNullable(file.getParent()).orElse(file);
    content
        .append(folder.getFileName())
        .append('/')
        .append(file.getFileName())
        .append('\n')
        .append(Digest.of(bytes).hex())
        .append('\n');
    List<String> lines = text.lines().toList();
    if (lines.isEmpty() || !List.of(lines.getFirst().split("\t", -1)).equals(header)) {
      throw new Row(file, 1, List.of())
          .bad("the header must be " + String.join(" ", header) + ", divided by tabs");
    }
    Set<String> ids = new HashSet<>();
    List<Row> rows = new ArrayList<>();
    for (int i = 1; i < lines.size(); i++) {
      Row row = new Row(file, i + 1, Arrays.asList(lines.get(i).split("\t", -1)));
      if (row.cells().size() != header.size()) {
        throw row.bad("%d cells, not %d".formatted(row.cells().size(), header.size()));
      }
      for (int c = 0; c < header.size(); c++) {
        if (row.cell(c).isBlank()) {
          throw row.bad("the cell " + header.get(c) + " is empty");
        }
      }
      if (!ids.add(row.cell(0))) {
        throw row.bad("the id " + row.cell(0) + " stands twice");
      }
      rows.add(row);
    }
    return rows;
  }

  private static Split split(String label) {
    return switch (label) {
      case "train" -> Split.TRAIN;
      case "dev" -> Split.DEV;
      case "test" -> Split.TEST;
      default -> throw new IllegalArgumentException(label);
    };
  }

  private static List<Path> folders(Path parent) {
    return Files.isDirectory(parent)
        ? children(parent).filter(Files::isDirectory).toList()
        : List.of();
  }

  private static List<Path> files(Path folder) {
    return children(folder).filter(Files::isRegularFile).toList();
  }

  /** In order of name, so that the digest and the order of sets do not depend on the disk. */
  private static Stream<Path> children(Path parent) {
    try (Stream<Path> children = Files.list(parent)) {
      return children
          .filter(p -> !p.getFileName().toString().startsWith("."))
          .sorted()
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static IsoglossException unexpected(Path file, String expected) {
    return new IsoglossException(ErrorCode.BAD_SUITE, file + " is not named as " + expected);
  }
}
