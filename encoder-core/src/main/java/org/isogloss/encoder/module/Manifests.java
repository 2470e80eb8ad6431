package org.isogloss.encoder.module;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.Pooling;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * Manifests as JSON. Writing is canonical: the same manifest gives the same bytes. Reading is
 * strict: an unknown, missing or ill-typed field is a BAD_MODULE error that names it.
 */
public final class Manifests {
  static final String FORMAT = "isogloss-module-1";
  private static final String TRANSLITERATION = "transliteration";
  private static final Pattern LANGUAGE = Pattern.compile("[a-z]{2,3}");

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Manifests() {}

  /** Canonical JSON, ending in a line feed. */
  public static String write(ModuleManifest manifest) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("format", FORMAT);
    root.put("kind", manifest.kind().label());
    root.put("language", manifest.language());
    ModuleManifest.Common common = manifest.common();
    root.put("backbone", common.backbone().hex());
    root.put("layers", common.layers());
    root.put("dimension", common.dimension());
    if (common.pooling() != Pooling.MEAN) {
      root.put("pooling", label(common.pooling()));
    }
    switch (manifest) {
      case ModuleManifest.Language module -> {
        module.pieces().ifPresent(pieces -> root.put("pieces", pieces));
        module.transliteration().ifPresent(rules -> writeTransliteration(root, rules));
        module.languageAdaptation().ifPresent(s -> writeLora(root, "language_adaptation", s));
        module.sentenceEncoding().ifPresent(s -> writeLora(root, "sentence_encoding", s));
        root.put("post_processing", label(module.postProcessing()));
      }
      case ModuleManifest.Alignment module -> {
        root.put("language_module", module.languageModule().map(Digest::hex).orElse("none"));
        root.put("pivot", module.pivot().map(Digest::hex).orElse("none"));
        module
            .adapter()
            .ifPresent(
                shape ->
                    root.putObject("adapter")
                        .put("bottleneck", shape.bottleneck())
                        .put("scale", shape.scale()));
        root.put("affine", module.affine());
      }
    }
    ObjectNode lineage = root.putObject("lineage");
    new TreeMap<>(common.lineage()).forEach(lineage::put);
    ObjectNode metrics = root.putObject("metrics");
    new TreeMap<>(common.metrics()).forEach(metrics::put);
    root.put("licence", common.licence());
    ArrayNode tests = root.putArray("self_tests");
    for (SelfTest test : common.selfTests()) {
      ArrayNode vector = tests.addObject().put("text", test.text()).putArray("vector");
      test.vector().forEach(vector::add);
    }
    try {
      return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values is always JSON", e);
    }
  }

  /**
   * @param source where the JSON comes from, for errors
   */
  public static ModuleManifest read(String json, String source) {
    try {
      Fields fields = new Fields(MAPPER.readTree(json), source, "");
      if (!fields.text("format").equals(FORMAT)) {
        throw fields.bad("format", "must be " + FORMAT);
      }
      String kind = fields.text("kind");
      ModuleManifest manifest =
          switch (kind) {
            case "language" -> language(fields);
            case "alignment" -> alignment(fields);
            default -> throw fields.bad("kind", "must be language or alignment, not " + kind);
          };
      fields.requireNoOther();
      return manifest;
    } catch (JsonProcessingException e) {
      throw new IsoglossException(
          ErrorCode.BAD_MODULE, source + " is not JSON: " + e.getOriginalMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new IsoglossException(ErrorCode.BAD_MODULE, source + ": " + e.getMessage(), e);
    }
  }

  static void requireLanguage(String language) {
    if (!LANGUAGE.matcher(language).matches()) {
      throw new IllegalArgumentException("not a language code: " + language);
    }
  }

  private static ModuleManifest.Language language(Fields fields) {
    return new ModuleManifest.Language(
        fields.text("language"),
        common(fields),
        fields.has("pieces") ? Optional.of(fields.integer("pieces")) : Optional.empty(),
        fields.has(TRANSLITERATION)
            ? Optional.of(transliteration(fields.object(TRANSLITERATION)))
            : Optional.empty(),
        readLora(fields, "language_adaptation"),
        readLora(fields, "sentence_encoding"),
        fields.constant("post_processing", PostProcessing.class));
  }

  private static ModuleManifest.Alignment alignment(Fields fields) {
    Optional<AdapterShape> adapter = Optional.empty();
    if (fields.has("adapter")) {
      Fields shape = fields.object("adapter");
      adapter = Optional.of(new AdapterShape(shape.integer("bottleneck"), shape.number("scale")));
      shape.requireNoOther();
    }
    return new ModuleManifest.Alignment(
        fields.text("language"),
        common(fields),
        fields.digest("language_module"),
        fields.digest("pivot"),
        adapter,
        fields.flag("affine"));
  }

  private static ModuleManifest.Common common(Fields fields) {
    Map<String, String> lineage = new TreeMap<>();
    Fields lineageFields = fields.object("lineage");
    lineageFields.names().forEach(name -> lineage.put(name, lineageFields.text(name)));
    Map<String, Double> metrics = new TreeMap<>();
    Fields metricFields = fields.object("metrics");
    metricFields.names().forEach(name -> metrics.put(name, metricFields.number(name)));
    List<SelfTest> tests = new ArrayList<>();
    for (Fields test : fields.objects("self_tests")) {
      tests.add(new SelfTest(test.text("text"), test.floats("vector")));
      test.requireNoOther();
    }
    return new ModuleManifest.Common(
        fields.digest("backbone").orElseThrow(() -> fields.bad("backbone", "must be a digest")),
        fields.integer("layers"),
        fields.integer("dimension"),
        fields.has("pooling") ? fields.constant("pooling", Pooling.class) : Pooling.MEAN,
        lineage,
        metrics,
        fields.text("licence"),
        tests);
  }

  private static void writeTransliteration(ObjectNode root, Transliteration transliteration) {
    ObjectNode node = root.putObject(TRANSLITERATION);
    for (Transliteration.Place place : Transliteration.Place.values()) {
      Map<String, String> rules = transliteration.rules(place);
      if (!rules.isEmpty()) {
        rules.forEach(node.putObject(label(place))::put);
      }
    }
  }

  /**
   * Rules alone, as a manifest states them under {@code transliteration}.
   *
   * @param source where the JSON comes from, for errors
   * @throws IsoglossException BAD_MODULE
   */
  public static Transliteration readTransliteration(String json, String source) {
    try {
      return transliteration(new Fields(MAPPER.readTree(json), source, ""));
    } catch (JsonProcessingException e) {
      throw new IsoglossException(
          ErrorCode.BAD_MODULE, source + " is not JSON: " + e.getOriginalMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new IsoglossException(ErrorCode.BAD_MODULE, source + ": " + e.getMessage(), e);
    }
  }

  private static Transliteration transliteration(Fields places) {
    Map<Transliteration.Place, Map<String, String>> rules = new TreeMap<>();
    for (Transliteration.Place place : Transliteration.Place.values()) {
      if (places.has(label(place))) {
        Fields sides = places.object(label(place));
        Map<String, String> ofPlace = new TreeMap<>();
        sides.names().forEach(from -> ofPlace.put(from, sides.text(from)));
        rules.put(place, ofPlace);
      }
    }
    places.requireNoOther();
    return Transliteration.of(rules);
  }

  private static String label(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static void writeLora(ObjectNode root, String name, LoraShape shape) {
    ObjectNode node = root.putObject(name).put("rank", shape.rank()).put("alpha", shape.alpha());
    ArrayNode targets = node.putArray("targets");
    shape.targets().forEach(target -> targets.add(target.label()));
  }

  private static Optional<LoraShape> readLora(Fields fields, String name) {
    if (!fields.has(name)) {
      return Optional.empty();
    }
    Fields shape = fields.object(name);
    Set<LinearTarget> targets = EnumSet.noneOf(LinearTarget.class);
    for (String label : shape.texts("targets")) {
      targets.add(
          Arrays.stream(LinearTarget.values())
              .filter(t -> t.label().equals(label))
              .findFirst()
              .orElseThrow(() -> shape.bad("targets", "knows no matrix " + label)));
    }
    LoraShape lora = new LoraShape(shape.integer("rank"), shape.number("alpha"), targets);
    shape.requireNoOther();
    return Optional.of(lora);
  }

  /** Typed access to an object's fields, with errors that name the field. */
  private static final class Fields {
    private final JsonNode node;
    private final String source;
    private final String path;
    private final Set<String> used = new HashSet<>();

    Fields(JsonNode node, String source, String path) {
      this.node = node;
      this.source = source;
      this.path = path;
      if (!node.isObject()) {
        throw new IsoglossException(ErrorCode.BAD_MODULE, source + ": " + path + " is no object");
      }
    }

    boolean has(String name) {
      return node.has(name);
    }

    List<String> names() {
      List<String> names = new ArrayList<>();
      node.fieldNames().forEachRemaining(names::add);
      return names;
    }

    private JsonNode value(String name) {
      used.add(name);
      JsonNode value = node.get(name);
      if (value == null) {
        throw bad(name, "is missing");
      }
      return value;
    }

    String text(String name) {
      JsonNode value = value(name);
      if (!value.isTextual()) {
        throw bad(name, "must be text");
      }
      return value.textValue();
    }

    int integer(String name) {
      JsonNode value = value(name);
      if (!value.canConvertToInt() || !value.isIntegralNumber()) {
        throw bad(name, "must be a whole number");
      }
      return value.intValue();
    }

    double number(String name) {
      JsonNode value = value(name);
      if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
        throw bad(name, "must be a finite number");
      }
      return value.doubleValue();
    }

    boolean flag(String name) {
      JsonNode value = value(name);
      if (!value.isBoolean()) {
        throw bad(name, "must be true or false");
      }
      return value.booleanValue();
    }

    Optional<Digest> digest(String name) {
      String text = text(name);
      return text.equals("none") ? Optional.empty() : Optional.of(new Digest(text));
    }

    <E extends Enum<E>> E constant(String name, Class<E> type) {
      String text = text(name);
      for (E constant : type.getEnumConstants()) {
        if (label(constant).equals(text)) {
          return constant;
        }
      }
      throw bad(name, "knows no value " + text);
    }

    Fields object(String name) {
      return new Fields(value(name), source, path + name + ".");
    }

    private JsonNode array(String name) {
      JsonNode value = value(name);
      if (!value.isArray()) {
        throw bad(name, "must be a list");
      }
      return value;
    }

    List<Fields> objects(String name) {
      List<Fields> objects = new ArrayList<>();
      for (JsonNode element : array(name)) {
        objects.add(new Fields(element, source, path + name + "[]."));
      }
      return objects;
    }

    List<String> texts(String name) {
      List<String> texts = new ArrayList<>();
      for (JsonNode element : array(name)) {
        if (!element.isTextual()) {
          throw bad(name, "must hold texts");
        }
        texts.add(element.textValue());
      }
      return texts;
    }

    List<Float> floats(String name) {
      List<Float> floats = new ArrayList<>();
      for (JsonNode element : array(name)) {
        if (!element.isNumber() || !Float.isFinite(element.floatValue())) {
          throw bad(name, "must hold finite numbers");
        }
        floats.add(element.floatValue());
      }
      return floats;
    }

    void requireNoOther() {
      for (String name : names()) {
        if (!used.contains(name)) {
          throw bad(name, "is not a field of " + FORMAT);
        }
      }
    }

    IsoglossException bad(String name, String what) {
      return new IsoglossException(ErrorCode.BAD_MODULE, source + ": " + path + name + " " + what);
    }
  }
}
