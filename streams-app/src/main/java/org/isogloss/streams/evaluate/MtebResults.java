package org.isogloss.streams.evaluate;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.MissingResourceException;
import java.util.Optional;
import java.util.TreeMap;
import org.isogloss.encoder.space.View;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.metrics.suite.Metric;
import org.isogloss.metrics.suite.Score;

/**
 * A run in the layout of MTEB's results: {@code results/MODEL/REVISION/TASK.json}, a task a set. A
 * task has MTEB's name where items and metric are MTEB's; others keep our set's name, since their
 * numbers are not those of a leaderboard. Percentages are given in 0..1, as MTEB does.
 *
 * <p>Subsets and languages have the names of MTEB's task definitions (embeddings-benchmark/mteb,
 * {@code STS17CrosslingualSTS}, {@code STSBenchmarkMultilingualSTS}, {@code SemRel24STS}, {@code
 * TatoebaBitextMining}): {@code en-ar}, {@code de}, {@code amh}, {@code ara-eng}, and languages as
 * {@code eng-Latn}. What MTEB does not measure keeps our languages, with the track before them if
 * there is one: pairs of translated sets, Tatoeba from English, and {@code track4a.es-en} and
 * {@code track4b.es-en}, of which MTEB's definition does not say which one its {@code es-en} is.
 * Each subset says its view and, as {@code alignment}, which of its languages an alignment module
 * acted on, both of which are no fields of MTEB's.
 */
public final class MtebResults {
  private static final Map<String, String> TASKS =
      Map.of(
          "sts17", "STS17",
          "stsb-mt", "STSBenchmarkMultilingualSTS",
          "str24", "SemRel24STS",
          "tatoeba", "Tatoeba");

  /** Language and script, as MTEB's tasks name them. */
  private static final Map<String, String> LANGUAGES =
      Map.ofEntries(
          Map.entry("am", "amh-Ethi"),
          Map.entry("ar", "ara-Arab"),
          Map.entry("az", "aze-Latn"),
          Map.entry("cs", "ces-Latn"),
          Map.entry("de", "deu-Latn"),
          Map.entry("en", "eng-Latn"),
          Map.entry("es", "spa-Latn"),
          Map.entry("fr", "fra-Latn"),
          Map.entry("ha", "hau-Latn"),
          Map.entry("it", "ita-Latn"),
          Map.entry("kk", "kaz-Cyrl"),
          Map.entry("ko", "kor-Hang"),
          Map.entry("ky", "kir-Cyrl"),
          Map.entry("mr", "mar-Deva"),
          Map.entry("nl", "nld-Latn"),
          Map.entry("pl", "pol-Latn"),
          Map.entry("ru", "rus-Cyrl"),
          Map.entry("rw", "kin-Latn"),
          Map.entry("te", "tel-Telu"),
          Map.entry("tr", "tur-Latn"),
          Map.entry("ug", "uig-Arab"),
          Map.entry("uz", "uzb-Latn"),
          Map.entry("zh", "cmn-Hans"));

  /** Subsets of STS17 by our track's languages, in the order of their sentences. */
  private static final Map<String, String> STS17 =
      Map.of("ar", "ar-ar", "en-ar", "en-ar", "en", "en-en", "es", "es-es", "en-tr", "en-tr");

  private MtebResults() {}

  /**
   * Writes one file a task.
   *
   * @return the files, by name
   * @throws IsoglossException OUTPUT_FAILED
   */
  public static List<Path> write(RunRecord run, Path out) {
    Path folder =
        out.resolve("results").resolve(model(run)).resolve(run.identity().digest().abbreviated());
    Map<String, List<Score>> byTask = new TreeMap<>();
    for (Score score : run.scores()) {
      byTask.computeIfAbsent(task(score.set()), task -> new ArrayList<>()).add(score);
    }
    List<Path> files = new ArrayList<>();
    try {
      Files.createDirectories(folder);
      for (Map.Entry<String, List<Score>> task : byTask.entrySet()) {
        Path file = folder.resolve(task.getKey() + ".json");
        Files.writeString(file, json(run, task.getKey(), task.getValue()), UTF_8);
        files.add(file);
      }
    } catch (IOException e) {
      throw new IsoglossException(ErrorCode.OUTPUT_FAILED, "cannot write " + folder, e);
    }
    return List.copyOf(files);
  }

  private static String model(RunRecord run) {
    String plain = run.identity().encoder().backboneName().replaceAll("[^A-Za-z0-9._-]+", "_");
    return "isogloss__%s-%d-%s"
        .formatted(
            plain,
            run.identity().encoder().layers(),
            run.modules().equals("none") ? "none" : "modules");
  }

  private static String task(String set) {
    int slash = set.indexOf('/');
    String family = slash < 0 ? set : set.substring(0, slash);
    return TASKS.getOrDefault(family, family);
  }

  private static String json(RunRecord run, String task, List<Score> scores) {
    ObjectNode root = new JsonMapper().createObjectNode();
    root.put("dataset_revision", run.suiteDigest().hex())
        .put("task_name", task)
        .putNull("mteb_version")
        .put("evaluation_time", run.took().toMillis() / 1000.0)
        .putNull("kg_co2_emissions")
        .put("isogloss_run", run.id())
        .put("isogloss_code", run.codeVersion())
        .put("isogloss_modules", run.modules())
        .put("isogloss_vectors", run.madeBy());
    Map<String, List<Score>> subsets = new TreeMap<>();
    for (Score score : scores) {
      subsets
          .computeIfAbsent(subset(score) + " " + score.view().name(), key -> new ArrayList<>())
          .add(score);
    }
    ArrayNode test = root.putObject("scores").putArray("test");
    subsets
        .values()
        .forEach(
            subset -> {
              Score any = subset.getFirst();
              ObjectNode node = test.addObject();
              node.put("hf_subset", subset(any));
              ArrayNode languages = node.putArray("languages");
              languages(run, any).stream()
                  .map(language -> LANGUAGES.getOrDefault(language, threeLetters(language)))
                  .forEach(languages::add);
              node.put("view", any.view() == View.MONOLINGUAL ? "monolingual" : "cross-lingual");
              node.put("alignment", alignment(run, any));
              subset.stream()
                  .filter(score -> main(score.metric()))
                  .findFirst()
                  .flatMap(MtebResults::value)
                  .ifPresentOrElse(
                      value -> node.put("main_score", value), () -> node.putNull("main_score"));
              for (Score score : subset) {
                value(score)
                    .ifPresentOrElse(
                        value -> node.put(name(score.metric()), value),
                        () -> node.putNull(name(score.metric())));
              }
            });
    return root.toPrettyString() + "\n";
  }

  /** Ours are MTEB's but for its own names and order of languages. */
  private static String subset(Score score) {
    int slash = score.set().indexOf('/');
    String family = slash < 0 ? score.set() : score.set().substring(0, slash);
    String on = score.languages().isEmpty() ? "all" : score.languages();
    List<String> languages = List.of(score.languages().split("-", -1));
    String ours = slash < 0 ? on : score.set().substring(slash + 1) + "." + on;
    return switch (family) {
      case "sts17" -> STS17.getOrDefault(on, ours);
      case "str24" -> languages.size() == 1 ? code(on) : ours;
      case "tatoeba" -> languages.getLast().equals("en") ? codes(languages) : ours;
      default -> ours;
    };
  }

  private static String codes(List<String> languages) {
    return String.join("-", languages.stream().map(MtebResults::code).toList());
  }

  /** Such as {@code amh}. */
  private static String code(String language) {
    String named = LANGUAGES.get(language);
    return named == null ? threeLetters(language) : named.substring(0, named.indexOf('-'));
  }

  /** In the order of the subset's name, which for STS17 is MTEB's. */
  private static List<String> languages(RunRecord run, Score score) {
    if (score.languages().isEmpty()) {
      return List.copyOf(run.languages());
    }
    String named = score.set().startsWith("sts17/") ? subset(score) : score.languages();
    String order = named.contains(".") ? score.languages() : named;
    return Arrays.stream(order.split("-", -1)).distinct().toList();
  }

  private static String alignment(RunRecord run, Score score) {
    List<String> aligned =
        score.view() == View.MONOLINGUAL
            ? List.of()
            : languages(run, score).stream().filter(run.identity()::isAligned).toList();
    return aligned.isEmpty() ? "none" : String.join(" ", aligned);
  }

  private static boolean main(Metric metric) {
    return switch (metric) {
      case MONOLINGUAL_SIMILARITY,
          CROSS_LINGUAL_SIMILARITY,
          MONOLINGUAL_ACCURACY,
          TRANSFER_ACCURACY,
          BITEXT_F1_BY_COSINE ->
          true;
      case MONOLINGUAL_MACRO_F1,
          TRANSFER_MACRO_F1,
          BITEXT_ERROR_BY_MARGIN,
          BITEXT_ERROR_BY_COSINE,
          LANGUAGE_BIAS,
          LANGUAGE_BIAS_WITH_MONOLINGUAL,
          REPRESENTATION_SIMILARITY ->
          false;
    };
  }

  private static String name(Metric metric) {
    return switch (metric) {
      case MONOLINGUAL_SIMILARITY, CROSS_LINGUAL_SIMILARITY -> "cosine_spearman";
      case MONOLINGUAL_ACCURACY, TRANSFER_ACCURACY -> "accuracy";
      case MONOLINGUAL_MACRO_F1, TRANSFER_MACRO_F1, BITEXT_F1_BY_COSINE -> "f1";
      case BITEXT_ERROR_BY_COSINE -> "cosine_accuracy";
      case BITEXT_ERROR_BY_MARGIN -> "margin_accuracy";
      case LANGUAGE_BIAS, LANGUAGE_BIAS_WITH_MONOLINGUAL, REPRESENTATION_SIMILARITY ->
          metric.label();
    };
  }

  private static Optional<Double> value(Score score) {
    return score
        .value()
        .map(
            value ->
                switch (score.metric()) {
                  case REPRESENTATION_SIMILARITY -> value;
                  case BITEXT_ERROR_BY_COSINE, BITEXT_ERROR_BY_MARGIN -> 1 - value / 100;
                  case MONOLINGUAL_SIMILARITY,
                      CROSS_LINGUAL_SIMILARITY,
                      MONOLINGUAL_ACCURACY,
                      MONOLINGUAL_MACRO_F1,
                      TRANSFER_ACCURACY,
                      TRANSFER_MACRO_F1,
                      BITEXT_F1_BY_COSINE,
                      LANGUAGE_BIAS,
                      LANGUAGE_BIAS_WITH_MONOLINGUAL ->
                      value / 100;
                });
  }

  private static String threeLetters(String language) {
    try {
      return Locale.of(language).getISO3Language();
    } catch (MissingResourceException e) {
      return language;
    }
  }
}
