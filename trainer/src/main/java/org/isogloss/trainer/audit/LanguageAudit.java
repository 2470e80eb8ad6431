package org.isogloss.trainer.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.tokenize.TokenizerSource;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.trainer.audit.AuditedFile.Kind;
import org.isogloss.trainer.data.MonolingualCorpus;
import org.isogloss.trainer.data.ParallelCorpus;
import org.isogloss.trainer.data.ParaphraseCorpus;
import org.isogloss.trainer.data.SentencePair;
import org.isogloss.trainer.data.TextKey;
import org.isogloss.trainer.data.TrainingReader;
import org.isogloss.trainer.tokenizer.BertWords;
import org.isogloss.trainer.tokenizer.Coverage;
import org.isogloss.trainer.tokenizer.TokenizerTemplate;

/**
 * What there is for a language.
 *
 * @param coverage how the backbone's vocabulary fits the text
 * @param steps of the recipe, in their order
 */
public record LanguageAudit(
    String language, List<AuditedFile> files, Coverage coverage, List<PlannedStep> steps) {
  private static final int COVERAGE_SENTENCES = 5_000;
  private static final int STRING_WORDS = 4;

  /** More unknown words, or more pieces of a word, and a vocabulary of its own pays. */
  private static final double MOST_UNKNOWN = 0.05;

  private static final double MOST_PIECES = 2.5;

  private static final int FEWEST_FOR_LEXICON = 2_000;
  private static final int FEWEST_FOR_ADAPTATION = 10_000;
  private static final int FEWEST_PARAPHRASES = 1_000;

  /** So many paraphrases can score a sentence encoding that learns from plain text. */
  private static final int FEWEST_TO_SCORE = 50;

  /** Steps of a sentence encoding that learns from plain text, and tokens of each. */
  public static final int UNSUPERVISED_STEPS = 100;

  private static final int UNSUPERVISED_TOKENS = 1_536;

  /** A tenth of them is held out: with fewer, chance decides. */
  private static final int FEWEST_TO_JUDGE = 2_000;

  /** So many sentences or pairs a closed form is fitted on. */
  private static final int FITTED_ON = 5_000;

  private static final double ENCODING_TOKENS_PER_SECOND = 1_200;
  private static final int FEWEST_FOR_WHITENING = 500;
  private static final int FEWEST_FOR_AFFINE = 500;
  private static final int FEWEST_FOR_ADAPTER = 1_500;
  private static final int FEWEST_FOR_WIDE_ADAPTER = 10_000;
  private static final int EPOCHS = 3;

  /** Measured with PyTorch on two cores, mBERT with 8 layers: forward and backward. */
  private static final double TRAINING_TOKENS_PER_SECOND = 550;

  public LanguageAudit {
    files = List.copyOf(files);
    steps = List.copyOf(steps);
  }

  /**
   * Audits a folder of data.
   *
   * @param englishLends whether English's module has a sentence encoding that others may begin with
   * @throws IsoglossException TOO_LITTLE_DATA if it has nothing of the language; BAD_INPUT_FILE,
   *     TRAINING_ON_EVALUATION as reading says
   */
  public static LanguageAudit of(
      String language,
      Path data,
      TokenizerSource backbone,
      TrainingReader reader,
      boolean englishLends) {
    BertWords words = TokenizerTemplate.of(backbone).words();
    Map<String, List<String>> licences = licences(data);
    List<AuditedFile> files = new ArrayList<>();
    List<String> text = new ArrayList<>();
    String name = Pattern.quote(language);
    for (Path file : find(data.resolve("mono"), name + "\\.txt(\\.gz)?")) {
      MonolingualCorpus corpus = reader.monolingual(List.of(file));
      text.addAll(corpus.sentences());
      files.add(
          audited(
              data,
              file,
              Kind.PLAIN_TEXT,
              corpus.files().getFirst().rows(),
              corpus.sentences(),
              corpus.sentences(),
              words,
              licences));
    }
    for (Path file : find(data.resolve("paraphrase"), name + "\\.tsv(\\.gz)?")) {
      ParaphraseCorpus corpus = reader.paraphrases(List.of(file));
      files.add(
          audited(
              data,
              file,
              Kind.PARAPHRASES,
              corpus.files().getFirst().rows(),
              corpus.pairs().stream().map(p -> p.first() + "\t" + p.second()).toList(),
              corpus.pairs().stream().map(ParaphraseCorpus.Paraphrase::first).toList(),
              words,
              licences));
    }
    if (!language.equals(ModuleManifest.PIVOT)) {
      for (Path file : find(data.resolve("parallel"), name + "-en\\..*tsv(\\.gz)?")) {
        ParallelCorpus corpus = reader.parallel(List.of(file), language);
        files.add(
            audited(
                data,
                file,
                Kind.TRANSLATIONS,
                corpus.files().getFirst().rows(),
                corpus.pairs().stream().map(p -> p.source() + "\t" + p.pivot()).toList(),
                corpus.pairs().stream().map(SentencePair::source).toList(),
                words,
                licences));
      }
    }
    if (files.isEmpty()) {
      throw new IsoglossException(
          ErrorCode.TOO_LITTLE_DATA,
          "%s has nothing of %s: no mono, paraphrase or parallel file".formatted(data, language));
    }
    List<String> sample =
        IntStream.range(0, Math.min(COVERAGE_SENTENCES, text.size()))
            .mapToObj(
                i ->
                    text.get(
                        (int) ((long) i * text.size() / Math.min(COVERAGE_SENTENCES, text.size()))))
            .toList();
    Coverage coverage = Coverage.of(backbone, sample);
    return new LanguageAudit(
        language, files, coverage, steps(language, files, coverage, englishLends));
  }

  /** Whether enough translations are of sentences for labels to be left out of a judgement. */
  public boolean judgedOnSentences() {
    return enoughToJudge(count(files, Kind.TRANSLATIONS, file -> !file.isStrings()));
  }

  /** Hours of all the steps taken, on two CPU cores. */
  public double hours() {
    return steps.stream().mapToDouble(PlannedStep::hours).sum();
  }

  private static AuditedFile audited(
      Path data,
      Path file,
      Kind kind,
      int rows,
      List<String> texts,
      List<String> sentences,
      BertWords words,
      Map<String, List<String>> licences) {
    int different = new HashSet<>(texts.stream().map(TextKey::ofCells).toList()).size();
    int[] lengths = sentences.parallelStream().mapToInt(s -> words.of(s).size()).sorted().toArray();
    long strings = IntStream.of(lengths).filter(n -> n <= STRING_WORDS).count();
    String name = data.relativize(file).toString();
    return new AuditedFile(
        name,
        kind,
        rows,
        rows - different,
        lengths.length == 0 ? 0 : lengths[lengths.length / 2],
        lengths.length == 0 ? 0 : (double) strings / lengths.length,
        licences.getOrDefault(name, List.of()));
  }

  private static List<PlannedStep> steps(
      String language, List<AuditedFile> files, Coverage coverage, boolean englishLends) {
    int text = count(files, Kind.PLAIN_TEXT, file -> true);
    int paraphrases = count(files, Kind.PARAPHRASES, file -> true);
    int translations = count(files, Kind.TRANSLATIONS, file -> true);
    int general = count(files, Kind.TRANSLATIONS, file -> !file.isStrings());
    boolean ownVocabulary =
        coverage.unknownShare() > MOST_UNKNOWN || coverage.piecesPerWord() > MOST_PIECES;
    List<PlannedStep> steps = new ArrayList<>();
    steps.add(
        new PlannedStep(
            "tokenizer",
            ownVocabulary,
            String.format(
                Locale.ROOT,
                "%.1f %% of words unknown and %.2f pieces a word with the backbone's vocabulary;"
                    + " an own one from %.0f %% or %.1f",
                100 * coverage.unknownShare(),
                coverage.piecesPerWord(),
                100 * MOST_UNKNOWN,
                MOST_PIECES),
            0));
    boolean lexical = translations >= FEWEST_FOR_LEXICON;
    steps.add(
        new PlannedStep(
            "start " + (lexical ? "lexical" : "focus"),
            ownVocabulary,
            "%d translations; a lexicon needs %d".formatted(translations, FEWEST_FOR_LEXICON),
            0));
    int judging = enoughToJudge(general) ? general : translations;
    boolean adapt = text >= FEWEST_FOR_ADAPTATION && enoughToJudge(judging);
    double whitening = fitting(files, Kind.PLAIN_TEXT, coverage, ownVocabulary);
    double closedForm = 2 * fitting(files, Kind.TRANSLATIONS, coverage, ownVocabulary);
    steps.add(
        step(
            "adapt",
            adapt,
            "%d sentences of plain text; worth it from %d; kept if held-out translations are found better with it, %d to tell by; from %d"
                .formatted(text, FEWEST_FOR_ADAPTATION, judging, FEWEST_TO_JUDGE),
            tokens(files, Kind.PLAIN_TEXT, coverage, ownVocabulary),
            2 * (whitening + closedForm)));
    boolean whiten = text >= FEWEST_FOR_WHITENING;
    if (englishLends) {
      steps.add(
          step(
              "encode, lent by English",
              whiten && enoughToJudge(judging),
              "kept if held-out translations are found better with it, %d to tell by; from %d"
                  .formatted(judging, FEWEST_TO_JUDGE),
              0,
              2 * (whitening + closedForm)));
    }
    boolean contrastive = paraphrases >= FEWEST_PARAPHRASES;
    steps.add(
        contrastive
            ? step(
                "encode, contrastive",
                true,
                "%d paraphrases; honest ones from %d".formatted(paraphrases, FEWEST_PARAPHRASES),
                2 * tokens(files, Kind.PARAPHRASES, coverage, ownVocabulary),
                0)
            : step(
                "encode, unsupervised",
                whiten && enoughToJudge(judging) && paraphrases >= FEWEST_TO_SCORE,
                ("%d paraphrases, too few to learn from (%d): from %d on they score what plain text"
                        + " teaches, kept if held-out translations are found better with it, %d to"
                        + " tell by; from %d")
                    .formatted(
                        paraphrases, FEWEST_PARAPHRASES, FEWEST_TO_SCORE, judging, FEWEST_TO_JUDGE),
                UNSUPERVISED_STEPS * UNSUPERVISED_TOKENS,
                2 * (whitening + closedForm)));
    steps.add(
        step(
            "whiten",
            whiten,
            "%d sentences of plain text; from %d".formatted(text, FEWEST_FOR_WHITENING),
            0,
            whitening));
    if (!language.equals(ModuleManifest.PIVOT)) {
      steps.add(
          step(
              "align, closed form",
              translations >= FEWEST_FOR_AFFINE,
              "%d translations; from %d".formatted(translations, FEWEST_FOR_AFFINE),
              0,
              closedForm));
      steps.add(
          step(
              "align, adapter of bottleneck " + (general < FEWEST_FOR_WIDE_ADAPTER ? "64" : "256"),
              general >= FEWEST_FOR_ADAPTER,
              "%d translations of sentences and %d of labels; from %d of sentences, wide from %d"
                  .formatted(
                      general, translations - general, FEWEST_FOR_ADAPTER, FEWEST_FOR_WIDE_ADAPTER),
              EPOCHS * tokens(files, Kind.TRANSLATIONS, coverage, ownVocabulary),
              tokens(files, Kind.TRANSLATIONS, coverage, ownVocabulary)));
      steps.add(
          new PlannedStep(
              "table learns at alignment",
              ownVocabulary && general >= FEWEST_FOR_ADAPTER,
              "a table of its own is new, and translations are what teaches it most",
              0));
    }
    return steps;
  }

  /**
   * @param trained tokens that are trained on
   * @param encoded tokens that are only encoded
   */
  private static PlannedStep step(
      String what, boolean taken, String why, double trained, double encoded) {
    double seconds = trained / TRAINING_TOKENS_PER_SECOND + encoded / ENCODING_TOKENS_PER_SECOND;
    return new PlannedStep(what, taken, why, taken ? seconds / 3_600 : 0);
  }

  /** About how many tokens of one side a closed form encodes. */
  private static double fitting(
      List<AuditedFile> files, Kind kind, Coverage coverage, boolean ownVocabulary) {
    int rows = files.stream().filter(f -> f.kind() == kind).mapToInt(AuditedFile::rows).sum();
    return rows == 0
        ? 0
        : tokens(files, kind, coverage, ownVocabulary) * Math.min(1, (double) FITTED_ON / rows);
  }

  private static boolean enoughToJudge(int translations) {
    return translations >= FEWEST_TO_JUDGE;
  }

  private static int count(List<AuditedFile> files, Kind kind, Predicate<AuditedFile> which) {
    return files.stream()
        .filter(file -> file.kind() == kind && which.test(file))
        .mapToInt(file -> file.rows() - file.repetitions())
        .sum();
  }

  /** About how many tokens one pass over the files of a kind has. */
  private static double tokens(
      List<AuditedFile> files, Kind kind, Coverage coverage, boolean ownVocabulary) {
    double pieces = ownVocabulary ? 1.6 : Math.max(1, coverage.piecesPerWord());
    return files.stream()
        .filter(file -> file.kind() == kind)
        .mapToDouble(file -> (double) file.rows() * (file.wordsPerSentence() * pieces + 2))
        .sum();
  }

  private static List<Path> find(Path folder, String name) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    Pattern pattern = Pattern.compile(name);
    try (Stream<Path> files = Files.walk(folder, 2)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> pattern.matcher(file.getFileName().toString()).matches())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new IsoglossException(ErrorCode.BAD_INPUT_FILE, folder + " cannot be read", e);
    }
  }

  /** Of each file the licences of its sources, with their rows. */
  private static Map<String, List<String>> licences(Path data) {
    Path parent = data.toAbsolutePath().normalize().getParent();
    List<Path> places =
        Stream.of(List.of(data), parent == null ? List.<Path>of() : List.of(parent))
            .flatMap(Collection::stream)
            .map(folder -> folder.resolve("SOURCES.tsv"))
            .filter(Files::isRegularFile)
            .toList();
    if (places.isEmpty()) {
      return Map.of();
    }
    Map<String, Map<String, Integer>> rows = new HashMap<>();
    try {
      for (String line : Files.readAllLines(places.getFirst(), UTF_8)) {
        String[] cells = line.split("\t", -1);
        if (cells.length == 4 && cells[3].matches("[0-9]+")) {
          rows.computeIfAbsent(cells[0], file -> new HashMap<>())
              .merge(cells[2], Integer.parseInt(cells[3]), Integer::sum);
        }
      }
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.BAD_INPUT_FILE, places.getFirst() + " cannot be read", e);
    }
    Map<String, List<String>> licences = new HashMap<>();
    rows.forEach(
        (file, byLicence) ->
            licences.put(
                file,
                byLicence.entrySet().stream()
                    .sorted(
                        Map.Entry.<String, Integer>comparingByValue()
                            .reversed()
                            .thenComparing(Map.Entry.comparingByKey()))
                    .map(entry -> "%s (%d)".formatted(entry.getKey(), entry.getValue()))
                    .toList()));
    return licences;
  }
}
