package org.isogloss.streams.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.google.gson.JsonParser;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaim;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import io.strimzi.api.kafka.model.kafka.Kafka;
import io.strimzi.api.kafka.model.nodepool.KafkaNodePool;
import io.strimzi.api.kafka.model.topic.KafkaTopic;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * What those who read {@code deploy/} would say of a file there, before one of them does: a field
 * that they do not know, a value of another type, a field that they miss.
 *
 * <p>Kubernetes' own kinds are held against the models of its Java client, which are made from its
 * OpenAPI document; Strimzi's against its own models. All else against the schemas in {@code
 * deploy-schemas}, which are ours: they know just what we use, so whoever uses more looks it up and
 * adds it there.
 */
final class DeploySchemas {
  static final Path ROOT = Path.of("..");
  static final Path DEPLOY = ROOT.resolve("deploy");
  static final Path COMPOSE = DEPLOY.resolve("compose/compose.yaml");

  private static final Map<String, Class<?>> KUBERNETES =
      Map.of(
          "v1 ConfigMap", V1ConfigMap.class,
          "v1 Namespace", V1Namespace.class,
          "v1 PersistentVolumeClaim", V1PersistentVolumeClaim.class,
          "v1 Service", V1Service.class,
          "apps/v1 Deployment", V1Deployment.class,
          "apps/v1 StatefulSet", V1StatefulSet.class,
          "batch/v1 Job", V1Job.class);

  private static final Map<String, Class<?>> STRIMZI =
      Map.of(
          "kafka.strimzi.io/v1 Kafka", Kafka.class,
          "kafka.strimzi.io/v1 KafkaNodePool", KafkaNodePool.class,
          "kafka.strimzi.io/v1 KafkaTopic", KafkaTopic.class);

  private static final Map<String, String> OURS =
      Map.of(
          "keda.sh/v1alpha1 ScaledObject", "scaled-object",
          "monitoring.coreos.com/v1 ServiceMonitor", "service-monitor",
          "kustomize.config.k8s.io/v1beta1 Kustomization", "kustomization");

  private static final Map<Path, String> OURS_BY_PLACE =
      Map.of(
          COMPOSE,
          "compose",
          DEPLOY.resolve("compose/prometheus.yaml"),
          "prometheus",
          DEPLOY.resolve("prometheus/alarms.yaml"),
          "alarms",
          DEPLOY.resolve("grafana/dashboards/isogloss.json"),
          "dashboard",
          DEPLOY.resolve("grafana/provisioning/datasources/prometheus.yaml"),
          "datasources",
          DEPLOY.resolve("grafana/provisioning/dashboards/isogloss.yaml"),
          "dashboard-providers");

  /** Where the models take any text, and the API server one of few. */
  private static final Map<String, Set<String>> WORDS =
      Map.of(
          "podManagementPolicy", Set.of("OrderedReady", "Parallel"),
          "restartPolicy", Set.of("Always", "OnFailure", "Never"),
          "accessModes",
              Set.of("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"),
          "effect", Set.of("NoSchedule", "PreferNoSchedule", "NoExecute"),
          "operator", Set.of("Exists", "Equal"));

  private final JsonMapper json =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  private final YAMLMapper yaml =
      new YAMLMapper(
          YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build());
  private final SchemaRegistry registry =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
  private final Map<String, Schema> schemas = new HashMap<>();
  private final Map<Class<?>, BeanDescription> descriptions = new HashMap<>();

  /** All that lies in {@code deploy/} and consists of fields. */
  static List<Path> structured() throws IOException {
    try (Stream<Path> all = Files.walk(DEPLOY)) {
      return all.filter(file -> file.toString().matches(".*\\.(yaml|json)")).sorted().toList();
    }
  }

  /** The documents of a file, as a reader sees them: anchors resolved, no field twice. */
  List<JsonNode> documents(Path file) throws IOException {
    return documents(file, Files.readString(file));
  }

  List<JsonNode> documents(Path file, String text) throws IOException {
    if (file.toString().endsWith(".json")) {
      return List.of(json.readTree(text));
    }
    if (file.equals(COMPOSE)) {
      // Jackson leaves `<<` as it is.
      LoaderOptions options = new LoaderOptions();
      options.setAllowDuplicateKeys(false);
      return List.of(json.valueToTree(new Yaml(new SafeConstructor(options)).load(text)));
    }
    try (MappingIterator<JsonNode> all = yaml.readerFor(JsonNode.class).readValues(text)) {
      return all.readAll();
    }
  }

  /** What is wrong with the document of this file; empty if nothing is. */
  List<String> problems(Path file, JsonNode document) {
    String ours = OURS_BY_PLACE.get(file);
    if (ours != null) {
      return byOurs(ours, document);
    }
    String kind = document.path("apiVersion").asText() + " " + document.path("kind").asText();
    if (OURS.containsKey(kind)) {
      return byOurs(Objects.requireNonNull(OURS.get(kind)), document);
    }
    Class<?> kubernetes = KUBERNETES.get(kind);
    Class<?> strimzi = STRIMZI.get(kind);
    if (kubernetes == null && strimzi == null) {
      return List.of("nobody reads \"" + kind + "\" in " + file);
    }
    List<String> problems = new ArrayList<>();
    demandCommon(document, problems);
    try {
      JsonNode understood =
          kubernetes != null
              ? understoodByKubernetes(document, kubernetes, problems)
              : understoodByStrimzi(document, Objects.requireNonNull(strimzi), problems);
      demandKept(document, understood, "", problems);
    } catch (JsonProcessingException | RuntimeException e) {
      // Whichever the libraries throw: that they could not read it is the answer.
      problems.add(String.valueOf(e.getMessage()));
    }
    return problems;
  }

  /** What the API server demands of all, and no model does. */
  private static void demandCommon(JsonNode document, List<String> problems) {
    String kind = document.path("kind").asText();
    String name = document.at("/metadata/name").asText();
    if (!name.matches("[a-z0-9]([a-z0-9.-]*[a-z0-9])?")) {
      problems.add("/metadata/name: no name of an object: \"" + name + "\"");
    }
    if (!kind.equals("Namespace")) {
      if (!document.at("/metadata/namespace").isTextual()) {
        problems.add("/metadata/namespace: there is none");
      }
      String content = kind.equals("ConfigMap") ? "data" : "spec";
      if (!document.path(content).isObject()) {
        problems.add("/" + content + ": there is none");
      }
    }
  }

  private JsonNode understoodByKubernetes(JsonNode document, Class<?> model, List<String> problems)
      throws JsonProcessingException {
    WORDS.forEach(
        (field, words) ->
            document
                .findValues(field)
                .forEach(
                    value -> {
                      for (JsonNode word : value.isArray() ? value : List.of(value)) {
                        if (!words.contains(word.asText())) {
                          problems.add(field + ": none of " + words + ": " + word);
                        }
                      }
                    }));
    // Refuses unknown and missing fields.
    Object read = JSON.getGson().fromJson(JsonParser.parseString(document.toString()), model);
    return json.readTree(JSON.getGson().toJson(read));
  }

  private JsonNode understoodByStrimzi(JsonNode document, Class<?> model, List<String> problems)
      throws JsonProcessingException {
    Object read = json.treeToValue(document, model);
    demandComplete(read, document, "", problems);
    return json.valueToTree(read);
  }

  /** These models keep what they do not know, and read on without what they must have. */
  private void demandComplete(Object value, JsonNode given, String at, List<String> problems) {
    if (value instanceof Collection<?> many) {
      int i = 0;
      for (Object each : many) {
        demandComplete(each, given.path(i), at + "/" + i, problems);
        i++;
      }
      return;
    }
    if (value instanceof Enum<?>
        || !value.getClass().getPackageName().matches("io\\.(strimzi|fabric8)\\..*")) {
      return;
    }
    BeanDescription description =
        descriptions.computeIfAbsent(
            value.getClass(),
            type -> json.getSerializationConfig().introspect(json.constructType(type)));
    AnnotatedMember others = description.findAnyGetter();
    if (others != null && others.getValue(value) instanceof Map<?, ?> unknown) {
      unknown.keySet().forEach(name -> problems.add(at + "/" + name + ": is not known"));
    }
    for (BeanPropertyDefinition property : description.findProperties()) {
      String name = property.getName();
      if (property.isRequired() && !given.has(name)) {
        problems.add(at + "/" + name + ": is missing");
      }
      if (given.has(name) && property.getAccessor() != null) {
        Object held = property.getAccessor().getValue(value);
        if (held != null) {
          demandComplete(held, given.path(name), at + "/" + name, problems);
        }
      }
    }
  }

  /**
   * That a model gives back all that it was given, and as it was given: it reads {@code "2"} where
   * a number belongs and would write 2, where the API server would have refused.
   */
  private static void demandKept(JsonNode given, JsonNode kept, String at, List<String> problems) {
    if (given.isObject() && kept.isObject()) {
      given
          .properties()
          .forEach(
              each ->
                  demandKept(
                      each.getValue(),
                      kept.path(each.getKey()),
                      at + "/" + each.getKey(),
                      problems));
    } else if (given.isArray() && given.size() == kept.size()) {
      for (int i = 0; i < given.size(); i++) {
        demandKept(given.path(i), kept.path(i), at + "/" + i, problems);
      }
    } else if (!given.equals(kept)) {
      problems.add(at + ": " + given + " is read as " + kept);
    }
  }

  private List<String> byOurs(String name, JsonNode document) {
    return schemas.computeIfAbsent(name, this::schema).validate(document).stream()
        .map(error -> error.getInstanceLocation() + ": " + error.getMessage())
        .toList();
  }

  private Schema schema(String name) {
    try (InputStream resource =
        Objects.requireNonNull(
            DeploySchemas.class.getResourceAsStream("/deploy-schemas/" + name + ".yaml"), name)) {
      return registry.getSchema(yaml.readTree(resource));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
