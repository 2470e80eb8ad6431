package org.isogloss.streams.evaluate;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
 * numbers are not those of a leaderboard. Percentages are given in 0..1, as MTEB does. Each subset
 * says its view.
 */
public final class MtebResults {
  private static final Map<String, String> TASKS =
      Map.of(
          "sts17", "STS17",
          "stsb-mt", "STSBenchmarkMultilingualSTS",
          "str24", "SemRel24STS",
          "tatoeba", "Tatoeba");

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
        .put("isogloss_modules", run.modules());
    Map<String, List<Score>> subsets = new TreeMap<>();
    for (Score score : scores) {
      String subset = score.languages().isEmpty() ? "all" : score.languages();
      subsets
          .computeIfAbsent(subset + " " + score.view().name(), key -> new ArrayList<>())
          .add(score);
    }
    ArrayNode test = root.putObject("scores").putArray("test");
    subsets
        .values()
        .forEach(
            subset -> {
              Score any = subset.getFirst();
              ObjectNode node = test.addObject();
              node.put("hf_subset", any.languages().isEmpty() ? "all" : any.languages());
              ArrayNode languages = node.putArray("languages");
              (any.languages().isEmpty()
                      ? run.languages().stream()
                      : List.of(any.languages().split("-", -1)).stream())
                  .map(MtebResults::threeLetters)
                  .forEach(languages::add);
              node.put("view", any.view() == View.MONOLINGUAL ? "monolingual" : "cross-lingual");
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
