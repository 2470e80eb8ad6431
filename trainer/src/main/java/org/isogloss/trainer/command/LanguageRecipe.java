package org.isogloss.trainer.command;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.isogloss.encoder.backbone.DirectoryTree;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModulePack;
import org.isogloss.encoder.module.WeightStorage;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.trainer.audit.AuditedFile;
import org.isogloss.trainer.audit.LanguageAudit;

/**
 * The whole recipe for one language: the steps that its audit takes, each as the command it is, in
 * this process. A folder holds what they make: {@code tokenizer}, {@code start}, {@code adapted},
 * {@code unsupervised} or {@code encoded}, what was whitened or judged of them, and {@code table},
 * as far as they are made, then the modules, {@code alignment} and {@code language}, and {@code
 * report.json}, which is written last. What is made is not made again, and a step that was killed
 * goes on from its own checkpoint. For one thread.
 */
final class LanguageRecipe {
  private static final String REPORT = "report.json";

  /** Fewer translations than this, and the adapter's units drop out now and then. */
  private static final int LITTLE_DATA = 10_000;

  private static final double DROPOUT = 0.1;

  /** Error in % of finding a held-out translation, up to which words about quality hold. */
  private static final double GOOD = 5;

  private static final double USABLE = 15;
  private static final double ROUGH = 40;

  private final Terminal terminal;
  private final LanguageAudit audit;
  private final Options options;
  private final Map<String, Judgement> judgements = new LinkedHashMap<>();

  /**
   * What the user says.
   *
   * @param data the folder that was audited
   * @param pivot folder of English's module, whose sentence encoding is tried too; empty: the bare
   *     backbone
   * @param pieces of a vocabulary of its own
   * @param stepsEach so many steps of every training; empty: by epochs
   * @param storage in how many bits modules are written; a starting table is in half precision in
   *     any case
   * @param module options of every module, such as its licence
   * @param shared options of every command: the model, the guard
   */
  record Options(
      Path data,
      Path out,
      Optional<Path> pivot,
      int pieces,
      Optional<Long> stepsEach,
      WeightStorage storage,
      List<String> module,
      List<String> shared) {
    Options {
      module = List.copyOf(module);
      shared = List.copyOf(shared);
    }
  }

  LanguageRecipe(Terminal terminal, LanguageAudit audit, Options options) {
    this.terminal = terminal;
    this.audit = audit;
    this.options = options;
  }

  /**
   * Takes the steps.
   *
   * @return in words, what quality to expect
   * @throws IsoglossException a step's failure; BAD_CHECKPOINT if the folder is of another recipe
   */
  String run() {
    try {
      Files.createDirectories(options.out());
      Stage last = new Stage("backbone", Optional.empty(), Optional.empty());
      if (taken("tokenizer")) {
        last = Stage.of("start", start());
      }
      if (taken("adapt")) {
        last =
            better("adaptation", last, Stage.of("adapted", make("adapted", adapt(last.module()))));
      }
      if (taken("encode, lent")) {
        last =
            better(
                "the sentence encoding of English",
                last,
                new Stage(last.name() + "-lent", last.module(), options.pivot()));
      }
      if (taken("encode, contrastive")) {
        last = Stage.of("encoded", make("encoded", encode(last)));
      }
      if (taken("encode, unsupervised")) {
        last =
            better(
                "the sentence encoding from plain text",
                last,
                Stage.of("unsupervised", make("unsupervised", encodeText(last))));
      }
      last = whitened(last);
      if (taken("align, adapter")) {
        last = aligned(last);
      } else if (taken("align, closed form")) {
        make("alignment", fit(last.module(), file -> true));
      }
      if (last.module().isPresent()) {
        keep(last.module().get(), options.out().resolve("language"));
      }
      String quality = quality();
      report(quality);
      return quality;
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.OUTPUT_FAILED, options.out() + " cannot be written: " + e.getMessage(), e);
    }
  }

  /**
   * How far the language's module has come.
   *
   * @param module its folder; empty: the bare backbone
   * @param lender folder of the module whose sentence encoding it is to take; empty: of none
   */
  private record Stage(String name, Optional<Path> module, Optional<Path> lender) {
    static Stage of(String name, Path module) {
      return new Stage(name, Optional.of(module), Optional.empty());
    }
  }

  private Stage whitened(Stage stage) throws IOException {
    if (!taken("whiten")) {
      return stage;
    }
    String name = stage.name() + "-whitened";
    return Stage.of(name, make(name, whiten(stage)));
  }

  /**
   * What a part of the module is worth.
   *
   * @param part such as {@code adaptation}
   * @param without error in % of finding held-out translations without it, behind the closed form
   * @param with likewise with it
   */
  record Judgement(String part, double without, double with) {
    boolean keeps() {
      return with < without;
    }

    String words() {
      return String.format(
          Locale.ROOT,
          "%s is %s: %.1f %% of held-out translations are missed with it, %.1f %% without",
          part,
          keeps() ? "kept" : "left out",
          with,
          without);
    }
  }

  /** Which of two finds held-out translations better, each behind the closed form of its own. */
  private Stage better(String part, Stage without, Stage with) throws IOException {
    Judgement judged = new Judgement(part, judged(without), judged(with));
    judgements.put(part, judged);
    terminal.note("%s", judged.words());
    return judged.keeps() ? with : without;
  }

  private double judged(Stage stage) throws IOException {
    String name = stage.name() + "-judged";
    make(
        name,
        fit(whitened(stage).module(), file -> !audit.judgedOnSentences() || !file.isStrings()));
    Double error = metrics(name).get("held_out_error_after");
    if (error == null) {
      throw new IsoglossException(
          ErrorCode.TOO_LITTLE_DATA, name + ": too few translations are left to judge by");
    }
    return error;
  }

  /** The stage whose module the alignment is made for. */
  private Stage aligned(Stage stage) throws IOException {
    if (!taken("table learns")) {
      make("alignment", align(stage.module(), Optional.empty()));
      return stage;
    }
    Path table = options.out().resolve("table");
    make("alignment", align(stage.module(), Optional.of(table)));
    return Stage.of("table", table);
  }

  /** Whether the audit takes a step whose name begins so. */
  private boolean taken(String step) {
    return audit.steps().stream().anyMatch(each -> each.taken() && each.what().startsWith(step));
  }

  private Path start() throws IOException {
    Path tokenizer =
        make(
            "tokenizer",
            words(
                List.of("train", "tokenizer", "--lang", audit.language()),
                List.of("--vocab", Integer.toString(options.pieces())),
                files("--in", file -> file.kind() == AuditedFile.Kind.PLAIN_TEXT)));
    boolean lexical = taken("start lexical");
    return make(
        "start",
        words(
            List.of("train", "start", "--lang", audit.language()),
            List.of("--tokenizer", tokenizer.toString()),
            List.of("--start", lexical ? "lexical" : "focus"),
            lexical
                ? files("--parallel", file -> file.kind() == AuditedFile.Kind.TRANSLATIONS)
                : List.of(),
            files("--mono", file -> file.kind() == AuditedFile.Kind.PLAIN_TEXT),
            options.module()));
  }

  private List<String> adapt(Optional<Path> from) {
    return words(
        List.of("train", "adapt", "--lang", audit.language()),
        files("--text", file -> file.kind() == AuditedFile.Kind.PLAIN_TEXT),
        folder("--language-module", from),
        duration("1"),
        StorageOptions.arguments(options.storage()),
        options.module());
  }

  private List<String> encode(Stage from) {
    return words(
        List.of("train", "encode", "--lang", audit.language()),
        files("--pairs", file -> file.kind() == AuditedFile.Kind.PARAPHRASES),
        folder("--language-module", from.module()),
        folder(SentenceEncodingOption.NAME, from.lender()),
        duration("1"),
        StorageOptions.arguments(options.storage()),
        options.module());
  }

  private List<String> encodeText(Stage from) {
    return words(
        List.of("train", "encode", "--lang", audit.language()),
        files("--text", file -> file.kind() == AuditedFile.Kind.PLAIN_TEXT),
        files("--pairs", file -> file.kind() == AuditedFile.Kind.PARAPHRASES),
        folder("--language-module", from.module()),
        folder(SentenceEncodingOption.NAME, from.lender()),
        List.of(
            "--steps",
            Long.toString(options.stepsEach().orElse((long) LanguageAudit.UNSUPERVISED_STEPS))),
        StorageOptions.arguments(options.storage()),
        options.module());
  }

  private List<String> whiten(Stage stage) {
    return words(
        List.of("modules", "fit", "--method", "whiten", "--lang", audit.language()),
        files("--mono", file -> file.kind() == AuditedFile.Kind.PLAIN_TEXT),
        folder("--language-module", stage.module()),
        folder(SentenceEncodingOption.NAME, stage.lender()),
        StorageOptions.arguments(options.storage()),
        options.module());
  }

  /**
   * @param table where the language module goes whose table learns along; empty: it does not
   */
  private List<String> align(Optional<Path> language, Optional<Path> table) {
    Predicate<AuditedFile> translations = file -> file.kind() == AuditedFile.Kind.TRANSLATIONS;
    int pairs =
        audit.files().stream()
            .filter(translations)
            .mapToInt(file -> file.rows() - file.repetitions())
            .sum();
    return words(
        List.of("train", "align", "--lang", audit.language()),
        files("--parallel", translations.and(file -> !file.isStrings())),
        files("--interface", translations.and(AuditedFile::isStrings)),
        List.of("--bottleneck", taken("align, adapter of bottleneck 256") ? "256" : "64"),
        pairs < LITTLE_DATA
            ? List.of("--dropout", Double.toString(DROPOUT), "--source-weights", "root")
            : List.of(),
        folder("--language-module", language),
        folder("--table-out", table),
        folder("--pivot-module", options.pivot()),
        duration("3"),
        StorageOptions.arguments(options.storage()),
        options.module());
  }

  /**
   * @param which of the translations
   */
  private List<String> fit(Optional<Path> language, Predicate<AuditedFile> which) {
    return words(
        List.of("modules", "fit", "--method", "anchored", "--lang", audit.language()),
        files("--parallel", which.and(file -> file.kind() == AuditedFile.Kind.TRANSLATIONS)),
        folder("--language-module", language),
        folder("--pivot-module", options.pivot()),
        StorageOptions.arguments(options.storage()),
        options.module());
  }

  /** How long a training is. */
  private List<String> duration(String epochs) {
    return options
        .stepsEach()
        .map(steps -> List.of("--steps", Long.toString(steps)))
        .orElse(List.of("--epochs", epochs));
  }

  private List<String> files(String option, Predicate<AuditedFile> which) {
    String files =
        audit.files().stream()
            .filter(which)
            .map(file -> options.data().resolve(file.name()).toString())
            .collect(Collectors.joining(","));
    return files.isEmpty() ? List.of() : List.of(option, files);
  }

  private static List<String> folder(String option, Optional<Path> folder) {
    return folder.map(path -> List.of(option, path.toString())).orElse(List.of());
  }

  @SafeVarargs
  private List<String> words(List<String>... parts) {
    return Stream.concat(Stream.of(parts), Stream.of(options.shared()))
        .flatMap(List::stream)
        .toList();
  }

  private Path make(String name, List<String> words) throws IOException {
    return new MadeOnce(terminal, options.out()).make(name, words, Files::isDirectory);
  }

  /** A copy under the name that serves, whole or not at all; one of another module gives way. */
  private void keep(Path module, Path as) throws IOException {
    if (Files.exists(as)) {
      if (ModulePack.digest(as).equals(ModulePack.digest(module))) {
        return;
      }
      DirectoryTree.deleteIfPresent(as);
    }
    Path part = Files.createTempDirectory(options.out(), ".part-");
    try (Stream<Path> files = Files.list(module)) {
      for (Path file : files.toList()) {
        Files.copy(file, part.resolve(file.getFileName()));
      }
    }
    Files.move(part, as, StandardCopyOption.ATOMIC_MOVE);
  }

  private Map<String, Double> metrics(String name) {
    Path folder = options.out().resolve(name);
    return Files.exists(folder.resolve("manifest.json"))
        ? new TreeMap<>(ModuleFiles.readManifest(folder).common().metrics())
        : Map.of();
  }

  private String quality() {
    Map<String, Double> metrics = metrics("alignment");
    OptionalDouble error =
        Stream.of("dev_error_after", "held_out_error_after")
            .filter(metrics::containsKey)
            .mapToDouble(name -> metrics.getOrDefault(name, Double.NaN))
            .findFirst();
    if (error.isEmpty()) {
      return "no alignment was trained with held-out pairs: nothing is known of its quality";
    }
    double found = error.getAsDouble();
    String words =
        found <= GOOD
            ? "good: nearly every sentence finds its translation"
            : found <= USABLE
                ? "usable: most sentences find their translations, mining wants a strict threshold"
                : found <= ROUGH
                    ? "rough: similar sentences come close, single translations are often missed"
                    : "poor: more translations, or text of the same domain, are needed";
    return String.format(
        Locale.ROOT,
        "%.1f %% of held-out translations, of the training data's domains, are missed: %s",
        found,
        words);
  }

  private void report(String quality) throws IOException {
    ObjectNode root = new JsonMapper().createObjectNode();
    root.put("language", audit.language());
    root.put("quality", quality);
    ArrayNode steps = root.putArray("steps");
    audit
        .steps()
        .forEach(
            step ->
                steps
                    .addObject()
                    .put("what", step.what())
                    .put("taken", step.taken())
                    .put("why", step.why()));
    ObjectNode scores = root.putObject("metrics");
    for (String name : List.of("start", "adapted", "encoded", "alignment")) {
      ObjectNode of = scores.putObject(name);
      metrics(name).forEach(of::put);
    }
    ObjectNode judged = root.putObject("judged");
    judgements.forEach(
        (part, judgement) ->
            judged
                .putObject(part)
                .put("kept", judgement.keeps())
                .put("held_out_error_with", judgement.with())
                .put("held_out_error_without", judgement.without()));
    ObjectNode licences = root.putObject("licences");
    audit
        .files()
        .forEach(
            file -> {
              ArrayNode of = licences.putArray(file.name());
              file.licences().forEach(of::add);
            });
    Path part = options.out().resolve(REPORT + ".part");
    Files.write(part, new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(root));
    Files.move(
        part,
        options.out().resolve(REPORT),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }
}
