package org.isogloss.streams.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.isogloss.encoder.encode.EncoderDescription;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.encoder.space.Pooling;
import org.isogloss.encoder.space.View;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.metrics.suite.Metric;
import org.isogloss.metrics.suite.Score;

/**
 * A finished run: what was measured, on what, and what came of it.
 *
 * @param id the same for the same suite, languages, tasks, backbone, modules and route
 * @param tasks those measured; empty: all
 * @param route {@code workers} or {@code direct}: how the vectors that were missing were made
 * @param codeVersion of what computed the numbers
 * @param took encoding and scoring, of the last attempt
 * @param sentences distinct ones, per language
 * @param encoded vectors made by the last attempt; the others lay on disk
 * @param origins how many of the run's vectors were made by which code on which route, those that
 *     lay on disk included; empty in records that are older than this
 */
public record RunRecord(
    String id,
    String suite,
    Digest suiteDigest,
    SortedSet<String> languages,
    SortedSet<String> tasks,
    EncoderIdentity identity,
    String route,
    String codeVersion,
    Instant started,
    Duration took,
    int sentences,
    int encoded,
    SortedMap<VectorOrigin, Integer> origins,
    List<Score> scores) {
  private static final JsonMapper MAPPER = new JsonMapper();

  public RunRecord {
    languages = Collections.unmodifiableSortedSet(new TreeSet<>(languages));
    tasks = Collections.unmodifiableSortedSet(new TreeSet<>(tasks));
    origins = Collections.unmodifiableSortedMap(new TreeMap<>(origins));
    scores = List.copyOf(scores);
  }

  /** For people: {@code none}, or which modules. */
  public String modules() {
    List<String> texts =
        identity.selections().values().stream()
            .filter(s -> languages.contains(s.language()))
            .map(ModuleSelection::text)
            .filter(text -> !text.equals("none"))
            .toList();
    return texts.isEmpty() ? "none" : String.join(", ", texts);
  }

  /** What the cross-lingual view rests on: {@code alignment: none}, or of which languages. */
  public String alignment() {
    List<String> aligned = languages.stream().filter(identity::isAligned).toList();
    return "alignment: " + (aligned.isEmpty() ? "none" : String.join(" ", aligned));
  }

  /** For people: what made the vectors, such as {@code 14 by classes-1f0c5a9e77d2 (direct)}. */
  public String madeBy() {
    return origins.isEmpty()
        ? "not recorded"
        : origins.entrySet().stream()
            .map(
                each ->
                    "%d by %s (%s)"
                        .formatted(each.getValue(), each.getKey().code(), each.getKey().route()))
            .collect(Collectors.joining(", "));
  }

  /** The routes on which the vectors were made, divided by a space. */
  String routes() {
    return origins.isEmpty()
        ? route
        : origins.keySet().stream()
            .map(VectorOrigin::route)
            .distinct()
            .collect(Collectors.joining(" "));
  }

  String json() {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("run", id).put("suite", suite).put("suiteDigest", suiteDigest.hex());
    ArrayNode languageNodes = root.putArray("languages");
    languages.forEach(languageNodes::add);
    ArrayNode taskNodes = root.putArray("tasks");
    tasks.forEach(taskNodes::add);
    EncoderDescription encoder = identity.encoder();
    root.putObject("encoder")
        .put("name", encoder.backboneName())
        .put("backbone", encoder.backbone().hex())
        .put("layers", encoder.layers())
        .put("pooling", encoder.pooling().name())
        .put("dimension", encoder.dimension())
        .put("maxTokens", encoder.maxTokens())
        .put("device", encoder.device())
        .put("precision", encoder.precision());
    ArrayNode modules = root.putArray("modules");
    for (ModuleSelection selection : identity.selections().values()) {
      selection.modules().forEach(module -> put(modules, module));
    }
    // So that anyone can compute the numbers again.
    ObjectNode vectors = root.putObject("vectors");
    for (String language : languages) {
      ObjectNode byView = vectors.putObject(language);
      for (View view : View.values()) {
        byView.put(view.name(), VectorStore.fileName(identity, language, view));
      }
    }
    root.put("route", route)
        .put("codeVersion", codeVersion)
        .put("started", started.toString())
        .put("seconds", took.toMillis() / 1000.0)
        .put("sentences", sentences)
        .put("encoded", encoded);
    ArrayNode originNodes = root.putArray("origins");
    origins.forEach(
        (origin, count) ->
            originNodes
                .addObject()
                .put("code", origin.code())
                .put("route", origin.route())
                .put("vectors", count));
    ArrayNode scoreNodes = root.putArray("scores");
    for (Score score : scores) {
      ObjectNode node =
          scoreNodes
              .addObject()
              .put("metric", score.metric().name())
              .put("set", score.set())
              .put("view", score.view().name())
              .put("languages", score.languages())
              .put("items", score.items());
      switch (score.outcome()) {
        case Score.Value value -> node.put("value", value.value());
        case Score.Undefined undefined -> node.put("undefined", undefined.reason());
      }
    }
    return root.toPrettyString() + "\n";
  }

  private static void put(ArrayNode modules, ModuleReference module) {
    modules.addObject().put("name", module.name()).put("digest", module.digest().hex());
  }

  /**
   * @throws IsoglossException BAD_INPUT_FILE
   */
  static RunRecord parse(String json, String from) {
    try {
      JsonNode root = MAPPER.readTree(json);
      JsonNode encoder = root.required("encoder");
      List<ModuleSelection> selections = new ArrayList<>();
      for (JsonNode module : root.required("modules")) {
        ModuleReference reference =
            ModuleReference.parse(
                    module.required("name").asText(),
                    new Digest(module.required("digest").asText()))
                .orElseThrow(() -> new IllegalArgumentException("no module: " + module));
        merge(selections, reference);
      }
      SortedMap<VectorOrigin, Integer> origins = new TreeMap<>();
      for (JsonNode origin : root.path("origins")) {
        origins.put(
            new VectorOrigin(origin.required("code").asText(), origin.required("route").asText()),
            origin.required("vectors").asInt());
      }
      List<Score> scores = new ArrayList<>();
      for (JsonNode score : root.required("scores")) {
        scores.add(
            new Score(
                Metric.valueOf(score.required("metric").asText()),
                score.required("set").asText(),
                View.valueOf(score.required("view").asText()),
                score.required("languages").asText(),
                score.required("items").asInt(),
                score.has("value")
                    ? new Score.Value(score.required("value").asDouble())
                    : new Score.Undefined(score.required("undefined").asText())));
      }
      return new RunRecord(
          root.required("run").asText(),
          root.required("suite").asText(),
          new Digest(root.required("suiteDigest").asText()),
          texts(root.required("languages")),
          texts(root.required("tasks")),
          EncoderIdentity.of(
              new EncoderDescription(
                  encoder.required("name").asText(),
                  new Digest(encoder.required("backbone").asText()),
                  encoder.required("layers").asInt(),
                  Pooling.valueOf(encoder.required("pooling").asText()),
                  encoder.required("dimension").asInt(),
                  encoder.required("maxTokens").asInt(),
                  encoder.required("device").asText(),
                  encoder.required("precision").asText()),
              selections),
          root.required("route").asText(),
          root.required("codeVersion").asText(),
          Instant.parse(root.required("started").asText()),
          Duration.ofMillis(Math.round(root.required("seconds").asDouble() * 1000)),
          root.required("sentences").asInt(),
          root.required("encoded").asInt(),
          origins,
          scores);
    } catch (IOException | IllegalArgumentException | DateTimeException e) {
      throw new IsoglossException(
          ErrorCode.BAD_INPUT_FILE, from + " is no record of a run: " + e.getMessage(), e);
    }
  }

  private static void merge(List<ModuleSelection> selections, ModuleReference module) {
    ModuleSelection before =
        selections.stream()
            .filter(s -> s.language().equals(module.language()))
            .findAny()
            .orElse(ModuleSelection.none(module.language()));
    selections.remove(before);
    selections.add(
        switch (module.kind()) {
          case LANGUAGE ->
              new ModuleSelection(module.language(), Optional.of(module), before.alignmentModule());
          case ALIGNMENT ->
              new ModuleSelection(module.language(), before.languageModule(), Optional.of(module));
        });
  }

  private static SortedSet<String> texts(JsonNode array) {
    SortedSet<String> texts = new TreeSet<>();
    array.forEach(node -> texts.add(node.asText()));
    return texts;
  }
}
