package org.isogloss.streams.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.isogloss.streams.command.DeploySchemas.COMPOSE;
import static org.isogloss.streams.command.DeploySchemas.DEPLOY;
import static org.isogloss.streams.command.DeploySchemas.ROOT;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every file of {@code deploy/} is as its readers want it; and the check that says so sees every
 * field that is misspelt, every value of another type, and what is missing.
 */
class DeploySchemasTest {
  private static final Path KUBERNETES = DEPLOY.resolve("kubernetes");
  private static final Path CONTAINER = DEPLOY.resolve("container");

  /** Where names are free: whoever writes them chooses them. */
  private static final Set<String> FREE_NAMES =
      Set.of(
          "config",
          "data",
          "depends_on",
          "environment",
          "labels",
          "limits",
          "matchLabels",
          "nodeSelector",
          "requests",
          "services",
          "volumes");

  private final DeploySchemas schemas = new DeploySchemas();

  @Test
  void everyFileIsAsItsReadersWantIt() throws IOException {
    int documents = 0;
    for (Path file : DeploySchemas.structured()) {
      for (JsonNode document : schemas.documents(file)) {
        assertThat(schemas.problems(file, document)).as(file.toString()).isEmpty();
        documents++;
      }
    }
    assertThat(documents).isGreaterThan(30);
    try (Stream<Path> all = Files.walk(DEPLOY)) {
      // Whoever adds a file of another kind decides who checks it.
      assertThat(all.filter(Files::isRegularFile))
          .allMatch(
              file -> file.toString().matches(".*\\.(yaml|json)|.*/container/[^/]+"),
              "is of a kind that is checked");
    }
  }

  @Test
  void everyFieldThatIsMisspeltIsSeen() throws IOException {
    List<String> unseen = new ArrayList<>();
    int tried = 0;
    for (Path file : DeploySchemas.structured()) {
      for (JsonNode document : schemas.documents(file)) {
        for (Place place : places(document, "")) {
          if (place.isFreelyNamed()) {
            continue;
          }
          JsonNode misspelt = document.deepCopy();
          ObjectNode holder = (ObjectNode) misspelt.at(place.holder());
          String name = place.name();
          holder.set(name + name.charAt(name.length() - 1), holder.remove(name));
          if (schemas.problems(file, misspelt).isEmpty()) {
            unseen.add(file + place.holder() + "/" + name);
          }
          tried++;
        }
      }
    }
    assertThat(unseen).isEmpty();
    assertThat(tried).isGreaterThan(1000);
  }

  @Test
  void everyValueOfAnotherTypeIsSeen() throws IOException {
    List<String> unseen = new ArrayList<>();
    for (Path file : DeploySchemas.structured()) {
      for (JsonNode document : schemas.documents(file)) {
        for (Place place : places(document, "")) {
          if (place.holder().endsWith("/config")) {
            // Kafka's own settings, of any type; DeploymentTest knows them.
            continue;
          }
          JsonNode changed = document.deepCopy();
          ObjectNode holder = (ObjectNode) changed.at(place.holder());
          JsonNode was = holder.path(place.name());
          holder.set(
              place.name(),
              was.isTextual()
                  ? BooleanNode.TRUE
                  : TextNode.valueOf(was.isValueNode() ? was.asText() : "one"));
          if (schemas.problems(file, changed).isEmpty()) {
            unseen.add(file + place.holder() + "/" + place.name());
          }
        }
      }
    }
    assertThat(unseen).isEmpty();
  }

  @Test
  void whatIsWrongIsSaidByNameAndPlace() throws IOException {
    Path kafka = KUBERNETES.resolve("kafka.yaml");
    Path router = KUBERNETES.resolve("router.yaml");
    assertThat(problems(router, "replicas: 2", "replcas: 2"))
        .singleElement()
        .asString()
        .contains("replcas", "V1DeploymentSpec");
    assertThat(problems(router, "replicas: 2", "replicas: \"2\""))
        .containsExactly("/spec/replicas: \"2\" is read as 2");
    assertThat(problems(kafka, "size: 200Gi", "sise: 200Gi"))
        .containsExactly("/spec/storage/sise: is not known");
    assertThat(problems(kafka, "  replicas: 3\n", ""))
        .containsExactly("/spec/replicas: is missing");
    assertThat(problems(COMPOSE, "user: root", "usr: root"))
        .singleElement()
        .asString()
        .contains("/services/model", "usr");
  }

  private List<String> problems(Path file, String text, String inItsPlace) throws IOException {
    String changed = Files.readString(file).replace(text, inItsPlace);
    List<String> problems = new ArrayList<>();
    for (JsonNode document : schemas.documents(file, changed)) {
      problems.addAll(schemas.problems(file, document));
    }
    return problems;
  }

  @Test
  void whatIsMissingIsSeen() throws IOException {
    assertThatEachIsMissedIn(
        "kubernetes/router.yaml",
        "/apiVersion",
        "/kind",
        "/metadata/name",
        "/metadata/namespace",
        "/spec",
        "/spec/selector",
        "/spec/template",
        "/spec/template/spec/containers",
        "/spec/template/spec/containers/0/name",
        "/spec/template/spec/containers/0/ports/0/containerPort",
        "/spec/template/spec/containers/0/env/0/name",
        "/spec/template/spec/containers/0/livenessProbe/httpGet/port");
    assertThatEachIsMissedIn(
        "kubernetes/encoder-gpu.yaml",
        "/spec/selector",
        "/spec/template/spec/containers/0/volumeMounts/0/mountPath",
        "/spec/template/spec/volumes/0/name",
        "/spec/template/spec/volumes/0/persistentVolumeClaim/claimName");
    assertThatEachIsMissedIn("kubernetes/settings.yaml", "/data", "/metadata/name");
    assertThatEachIsMissedIn("kubernetes/topics.yaml", "/spec", "/metadata/name");
    assertThatEachIsMissedIn(
        "kubernetes/kafka.yaml", "/spec/replicas", "/spec/roles", "/spec/storage", "/spec");
    JsonNode kafka = schemas.documents(KUBERNETES.resolve("kafka.yaml")).get(1);
    for (String missing :
        List.of(
            "/spec/kafka",
            "/spec/kafka/listeners",
            "/spec/kafka/listeners/0/name",
            "/spec/kafka/listeners/0/port",
            "/spec/kafka/listeners/0/type")) {
      assertThat(schemas.problems(KUBERNETES.resolve("kafka.yaml"), without(kafka, missing)))
          .as(missing)
          .isNotEmpty();
    }
    assertThatEachIsMissedIn(
        "kubernetes/scaling.yaml",
        "/spec/scaleTargetRef",
        "/spec/triggers",
        "/spec/triggers/0/type",
        "/spec/triggers/0/metadata/topic");
    assertThatEachIsMissedIn(
        "kubernetes/monitoring.yaml", "/spec/selector", "/spec/endpoints/0/port");
    assertThatEachIsMissedIn("kubernetes/kustomization.yaml", "/resources");
    assertThatEachIsMissedIn(
        "compose/compose.yaml",
        "/services",
        "/services/kafka/image",
        "/services/router/depends_on/kafka/condition",
        "/services/model/build/target");
    assertThatEachIsMissedIn(
        "compose/prometheus.yaml", "/scrape_configs", "/scrape_configs/0/job_name");
    assertThatEachIsMissedIn(
        "prometheus/alarms.yaml",
        "/groups/0/name",
        "/groups/0/rules/0/expr",
        "/groups/0/rules/0/labels/severity",
        "/groups/0/rules/0/annotations/runbook");
    assertThatEachIsMissedIn(
        "grafana/dashboards/isogloss.json",
        "/title",
        "/panels/0/type",
        "/panels/0/gridPos/w",
        "/panels/0/targets/0/expr");
    assertThatEachIsMissedIn(
        "grafana/provisioning/datasources/prometheus.yaml", "/datasources/0/url");
    assertThatEachIsMissedIn(
        "grafana/provisioning/dashboards/isogloss.yaml", "/providers/0/options/path");
  }

  private void assertThatEachIsMissedIn(String name, String... pointers) throws IOException {
    Path file = DEPLOY.resolve(name);
    for (String pointer : pointers) {
      assertThat(schemas.problems(file, without(schemas.documents(file).getFirst(), pointer)))
          .as(name + pointer)
          .isNotEmpty();
    }
  }

  private static JsonNode without(JsonNode document, String pointer) {
    int last = pointer.lastIndexOf('/');
    JsonNode copy = document.deepCopy();
    JsonNode removed =
        ((ObjectNode) copy.at(pointer.substring(0, last))).remove(pointer.substring(last + 1));
    assertThat(removed).as("what stands at " + pointer).isNotNull();
    return copy;
  }

  @Test
  void valuesThatNobodyTakesAreSeen() throws IOException {
    assertThatOneRefuses("router.yaml", "memory: 1Gi", "memory: 1GiB");
    assertThatOneRefuses("router.yaml", "replicas: 2", "replicas: 2.5");
    assertThatOneRefuses("router.yaml", "  name: router", "  name: Router");
    assertThatOneRefuses("router.yaml", "apps/v1", "apps/v1beta1");
    assertThatOneRefuses("encoder-gpu.yaml", "Parallel", "parallel");
    assertThatOneRefuses("encoder-gpu.yaml", "NoSchedule", "NeverSchedule");
    // Strimzi stopped reading it with 1.0.
    assertThatOneRefuses("kafka.yaml", "strimzi.io/v1", "strimzi.io/v1beta2");
    assertThatOneRefuses("kafka.yaml", "[controller, broker]", "[controler, broker]");
    assertThatOneRefuses("kafka.yaml", "persistent-claim", "persistent");
    assertThatOneRefuses("kafka.yaml", "type: internal", "type: external");
  }

  private void assertThatOneRefuses(String name, String text, String inItsPlace)
      throws IOException {
    Path file = KUBERNETES.resolve(name);
    assertThat(Files.readString(file)).contains(text);
    assertThat(problems(file, text, inItsPlace)).as(inItsPlace).isNotEmpty();
  }

  @Test
  void aFieldThatStandsTwiceIsSeen() throws IOException {
    Path router = KUBERNETES.resolve("router.yaml");
    String twice =
        Files.readString(router).replace("  replicas: 2", "  replicas: 2\n  replicas: 3");
    assertThatThrownBy(() -> schemas.documents(router, twice)).hasMessageContaining("replicas");
    String compose =
        Files.readString(COMPOSE).replace("  miner-state: {}", "  home: {}\n  miner-state: {}");
    assertThatThrownBy(() -> schemas.documents(COMPOSE, compose)).hasMessageContaining("home");
    Path dashboard = DEPLOY.resolve("grafana/dashboards/isogloss.json");
    String json = Files.readString(dashboard).replaceFirst("\\{", "{\"title\": \"Other\",");
    assertThatThrownBy(() -> schemas.documents(dashboard, json)).hasMessageContaining("title");
  }

  @Test
  void theContainerfilesAreAsABuilderWantsThem() throws Exception {
    for (String name : List.of("Containerfile", "Containerfile.cuda")) {
      String text = Files.readString(CONTAINER.resolve(name));
      assertThat(Containerfiles.problems(text, ROOT)).as(name).isEmpty();
    }
    assertThat(Containerfiles.isReadByTheShell(Files.readString(CONTAINER.resolve("isogloss"))))
        .isTrue();
    try (Stream<Path> all = Files.list(CONTAINER)) {
      assertThat(all.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("Containerfile", "Containerfile.cuda", "isogloss");
    }
  }

  @Test
  void aFaultInAContainerfileIsSeen() throws Exception {
    String cpu = Files.readString(CONTAINER.resolve("Containerfile"));
    for (List<String> fault :
        List.of(
            List.of("WORKDIR /src", "WORKDIIR /src"),
            List.of("WORKDIR /src", "WORKDIR src"),
            List.of("COPY schemas schemas", "COPY schema schemas"),
            List.of("COPY pom.xml ./", "COPY pom.xml"),
            List.of("--from=build", "--from=builder"),
            List.of(" AS build", " AS"),
            List.of("CMD [\"up\"]", "CMD up"),
            List.of("CMD [\"up\"]", "CMD ['up']"),
            List.of("EXPOSE 9464", "EXPOSE http"),
            List.of("ISOGLOSS_HTTP_PORT=9464", "ISOGLOSS_HTTP_PORT 9464"),
            List.of("! -name '*-tests.jar'", "! -name *-tests.jar'"))) {
      assertThat(cpu).contains(fault.getFirst());
      assertThat(Containerfiles.problems(cpu.replace(fault.getFirst(), fault.getLast()), ROOT))
          .as(fault.getLast())
          .isNotEmpty();
    }
    assertThat(Containerfiles.problems("USER nobody\n" + cpu, ROOT)).isNotEmpty();
  }

  /** A field, by the pointer to what holds it and its name. */
  private record Place(String holder, String name, boolean isFreelyNamed) {}

  private static List<Place> places(JsonNode node, String at) {
    List<Place> places = new ArrayList<>();
    if (node instanceof ObjectNode object) {
      String held = at.substring(at.lastIndexOf('/') + 1);
      // A service selects by labels, all else by an object that holds them.
      boolean selector = held.equals("selector") && !object.has("matchLabels");
      object
          .properties()
          .forEach(
              each -> {
                places.add(new Place(at, each.getKey(), selector || FREE_NAMES.contains(held)));
                String name = each.getKey().replace("~", "~0").replace("/", "~1");
                places.addAll(places(each.getValue(), at + "/" + name));
              });
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        places.addAll(places(array.path(i), at + "/" + i));
      }
    }
    return places;
  }
}
