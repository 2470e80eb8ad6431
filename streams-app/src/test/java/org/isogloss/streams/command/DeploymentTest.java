package org.isogloss.streams.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.isogloss.kafka.TopicPlan;
import org.isogloss.kafka.TopicSpec;
import org.isogloss.streams.web.Metric;
import org.isogloss.streams.worker.WorkerOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What lies in {@code deploy/} against the program: every reference leads somewhere, and every
 * flag, setting, metric and topic named there exists. That every file is well formed is for {@link
 * DeploySchemasTest}.
 */
class DeploymentTest {
  private static final Path ROOT = Path.of("..");
  private static final Path DEPLOY = ROOT.resolve("deploy");
  private static final Path KUBERNETES = DEPLOY.resolve("kubernetes");
  private static final Path COMPOSE = DEPLOY.resolve("compose/compose.yaml");
  private static final Path ALARMS = DEPLOY.resolve("prometheus/alarms.yaml");
  private static final Path RUNBOOK = ROOT.resolve("docs/runbook.md");

  /** Read by the launchers rather than by the program. */
  private static final Set<String> LAUNCHERS_OWN =
      Set.of("ISOGLOSS_HEAP", "ISOGLOSS_JAVA_OPTS", "ISOGLOSS_HOME");

  private static final Pattern SETTING = Pattern.compile("ISOGLOSS_[A-Z0-9_]+");
  private static final Pattern FLAG = Pattern.compile("(?<![\\w-])--[a-z][a-z-]+");
  private static final Pattern SERIES = Pattern.compile("\\b(?:isogloss|jvm|process)_[a-z_]+");
  private static final Pattern IMAGE = Pattern.compile("[a-z0-9_-]+(?:/[a-z0-9_-]+)?:[\\w.-]+");

  private final ObjectMapper json = new ObjectMapper();
  private final YAMLMapper yaml = new YAMLMapper();
  private final CommandLine program =
      Isogloss.commandLine(new TestTerminal().terminal(false), Map.of());

  @Test
  void everySettingNamedIsTheTwinOfAnOption() throws IOException {
    Set<String> twins = new HashSet<>(LAUNCHERS_OWN);
    for (OptionSpec option : allOptions(program)) {
      EnvironmentTwins.nameOf(option).ifPresent(twins::add);
    }
    Set<String> named = new TreeSet<>();
    List<Path> where = new ArrayList<>(files(any -> true));
    where.add(RUNBOOK);
    for (Path file : where) {
      Matcher settings = SETTING.matcher(Files.readString(file));
      while (settings.find()) {
        named.add(settings.group());
      }
    }
    assertThat(named).isSubsetOf(twins).contains("ISOGLOSS_HTTP_PORT", "ISOGLOSS_SLOT");
  }

  @Test
  void everyFlagOfTheRunbookExists() throws IOException {
    Set<String> flags =
        allOptions(program).stream()
            .flatMap(option -> Stream.of(option.names()))
            .collect(Collectors.toSet());
    // Other programs' flags stand in the runbook too.
    Set<String> others = Set.of("--build", "--previous");
    // The trainer's are checked where it is.
    String runbook = Files.readString(RUNBOOK).replaceFirst("(?s)\n## Train\n.*?(?=\n## )", "");
    Matcher named = FLAG.matcher(runbook);
    Set<String> found = new TreeSet<>();
    while (named.find()) {
      if (!others.contains(named.group())) {
        found.add(named.group());
      }
    }
    assertThat(found).isSubsetOf(flags).contains("--into-scope", "--http-port");
  }

  @Test
  void everyCommandOfTheContainersIsOneOfTheProgram() throws IOException {
    int parsed = 0;
    JsonNode services = compose().path("services");
    for (Map.Entry<String, JsonNode> service : services.properties()) {
      if (service.getValue().path("image").asText().startsWith("isogloss:")
          && service.getValue().has("command")
          && !isTrainers(service.getValue().path("command"))) {
        parse(texts(service.getValue().path("command")), settings(service.getValue()));
        parsed++;
      }
    }
    for (JsonNode container : containers()) {
      if (container.has("args") && !isTrainers(container.path("args"))) {
        parse(texts(container.path("args")), Map.of());
        parsed++;
      }
    }
    assertThat(parsed).isGreaterThanOrEqualTo(7);
  }

  /** Those are checked where the trainer is. */
  private static boolean isTrainers(JsonNode arguments) {
    return arguments.path(0).asText().equals("train");
  }

  private static void parse(List<String> arguments, Map<String, String> environment) {
    CommandLine line = Isogloss.commandLine(new TestTerminal().terminal(false), environment);
    assertThat(line.parseArgs(arguments.toArray(String[]::new)).hasSubcommand())
        .as("%s", arguments)
        .isTrue();
  }

  @Test
  void everySettingOfAContainerIsAValueThatItsCommandTakes() throws IOException {
    Map<String, JsonNode> configMaps = byName("ConfigMap");
    int checked = 0;
    for (JsonNode container : containers()) {
      if (!container.has("args") || isTrainers(container.path("args"))) {
        continue;
      }
      Map<String, String> environment = new HashMap<>();
      for (JsonNode from : container.path("envFrom")) {
        String name = from.at("/configMapRef/name").asText();
        assertThat(configMaps).containsKey(name);
        of(configMaps, name)
            .path("data")
            .properties()
            .forEach(each -> environment.put(each.getKey(), each.getValue().asText()));
      }
      container
          .path("env")
          .forEach(
              each -> environment.put(each.path("name").asText(), each.path("value").asText("x")));
      parse(texts(container.path("args")), environment);
      assertThat(environment).containsEntry("ISOGLOSS_HTTP_PORT", "9464");
      checked++;
    }
    assertThat(checked).isGreaterThanOrEqualTo(4);
  }

  @Test
  void whatComposeRefersToIsThere() throws IOException {
    JsonNode file = compose();
    Set<String> volumes = names(file.path("volumes"));
    Set<String> services = names(file.path("services"));
    assertThat(services)
        .contains("kafka", "router", "encoder", "miner", "prometheus", "grafana", "model");
    for (Map.Entry<String, JsonNode> service : file.path("services").properties()) {
      JsonNode body = service.getValue();
      assertThat(body.path("image").asText()).as(service.getKey()).matches(IMAGE);
      assertThat(services).containsAll(names(body.path("depends_on")));
      for (String volume : texts(body.path("volumes"))) {
        String source = volume.substring(0, volume.indexOf(':'));
        if (source.startsWith(".")) {
          assertThat(COMPOSE.resolveSibling(source)).as(volume).exists();
        } else {
          assertThat(volumes).as(volume).contains(source);
        }
      }
      // Nothing is offered beyond this machine.
      assertThat(texts(body.path("ports"))).allMatch(port -> port.startsWith("127.0.0.1:"));
      if (body.has("build")) {
        Path context = COMPOSE.resolveSibling(body.at("/build/context").asText());
        Path containerfile = context.resolve(body.at("/build/dockerfile").asText());
        assertThat(Files.readString(containerfile))
            .contains(" AS " + body.at("/build/target").asText());
      }
    }
  }

  @Test
  void prometheusAsksTheServicesThereAreAndReadsTheAlarms() throws IOException {
    JsonNode prometheus = documents(DEPLOY.resolve("compose/prometheus.yaml")).getFirst();
    Set<String> services = names(compose().path("services"));
    List<String> targets = texts(prometheus.at("/scrape_configs/0/static_configs/0/targets"));
    assertThat(targets).hasSize(3);
    assertThat(targets)
        .allSatisfy(
            target -> {
              assertThat(services).contains(target.substring(0, target.indexOf(':')));
              assertThat(target).endsWith(":9464");
            });
    assertThat(prometheus.at("/scrape_configs/0/metrics_path").asText()).isEqualTo("/metrics");
    String mounts = compose().at("/services/prometheus/volumes").toString();
    assertThat(texts(prometheus.path("rule_files"))).allMatch(mounts::contains);
  }

  @Test
  void theTopicsAreThoseOfTheProgram() throws IOException {
    Map<String, JsonNode> topics = byName("KafkaTopic");
    Map<String, TopicSpec> plan =
        TopicPlan.standard().topics().stream()
            .collect(Collectors.toMap(TopicSpec::name, each -> each));
    assertThat(topics.keySet()).isEqualTo(plan.keySet());
    topics.forEach(
        (name, topic) -> {
          TopicSpec spec = of(plan, name);
          assertThat(topic.at("/spec/partitions").asInt()).as(name).isEqualTo(spec.partitions());
          Map<String, String> configuration = new TreeMap<>();
          topic
              .at("/spec/config")
              .properties()
              .forEach(each -> configuration.put(each.getKey(), each.getValue().asText()));
          assertThat(configuration).as(name).isEqualTo(spec.configuration());
        });
  }

  @Test
  void whatTheManifestsReferToIsThere() throws IOException {
    Set<String> claims = byName("PersistentVolumeClaim").keySet();
    Map<String, JsonNode> services = byName("Service");
    int pods = 0;
    for (JsonNode object : manifests()) {
      assertThat(object.path("apiVersion").asText()).isNotEmpty();
      String kind = object.path("kind").asText();
      if (!kind.equals("Kustomization")) {
        assertThat(object.at("/metadata/name").asText()).as(kind).isNotEmpty();
      }
      JsonNode pod = object.at("/spec/template");
      if (pod.isMissingNode()) {
        continue;
      }
      pods++;
      String name = object.at("/metadata/name").asText();
      JsonNode labels = pod.at("/metadata/labels");
      for (Map.Entry<String, JsonNode> wanted :
          object.at("/spec/selector/matchLabels").properties()) {
        assertThat(labels.get(wanted.getKey())).as(name).isEqualTo(wanted.getValue());
      }
      if (object.at("/spec").has("serviceName")) {
        assertThat(services).containsKey(object.at("/spec/serviceName").asText());
      }
      // Else Kubernetes sets variables that look like settings of ours.
      assertThat(pod.at("/spec/enableServiceLinks").isBoolean()).as(name).isTrue();
      assertThat(pod.at("/spec/enableServiceLinks").asBoolean()).as(name).isFalse();
      Set<String> volumes = new HashSet<>();
      for (JsonNode volume : pod.at("/spec/volumes")) {
        volumes.add(volume.path("name").asText());
        JsonNode claim = volume.at("/persistentVolumeClaim/claimName");
        if (!claim.isMissingNode()) {
          assertThat(claims).as(name).contains(claim.asText());
        }
      }
      for (JsonNode template : object.at("/spec/volumeClaimTemplates")) {
        volumes.add(template.at("/metadata/name").asText());
      }
      for (JsonNode container : pod.at("/spec/containers")) {
        for (JsonNode mount : container.path("volumeMounts")) {
          assertThat(volumes).as(name).contains(mount.path("name").asText());
        }
      }
    }
    assertThat(pods).isGreaterThanOrEqualTo(5);
  }

  @Test
  void everyRoleIsProbedWhereItAnswers() throws IOException {
    int probed = 0;
    for (JsonNode object : manifests()) {
      String kind = object.path("kind").asText();
      if (!kind.equals("Deployment") && !kind.equals("StatefulSet")) {
        continue;
      }
      for (JsonNode container : object.at("/spec/template/spec/containers")) {
        if (isTrainers(container.path("args"))) {
          continue;
        }
        assertThat(container.at("/livenessProbe/httpGet/path").asText()).isEqualTo("/health");
        assertThat(container.at("/startupProbe/httpGet/path").asText()).isEqualTo("/health");
        assertThat(container.at("/readinessProbe/httpGet/path").asText()).isEqualTo("/ready");
        assertThat(container.at("/readinessProbe/httpGet/port").asText())
            .isEqualTo(container.at("/ports/0/name").asText());
        assertThat(container.at("/ports/0/containerPort").asInt()).isEqualTo(9464);
        probed++;
      }
    }
    assertThat(probed).isEqualTo(4);
  }

  @Test
  void encodersScaleOnTheLagOfTheGroupAndTopicTheyRead() throws IOException {
    JsonNode scaled = of(byName("ScaledObject"), "encoder");
    JsonNode target = scaled.at("/spec/scaleTargetRef");
    assertThat(byName(target.path("kind").asText())).containsKey(target.path("name").asText());
    JsonNode trigger = scaled.at("/spec/triggers/0/metadata");
    assertThat(trigger.path("consumerGroup").asText()).isEqualTo(WorkerOptions.DEFAULT_GROUP);
    JsonNode topic = of(byName("KafkaTopic"), trigger.path("topic").asText());
    assertThat(scaled.at("/spec/maxReplicaCount").asInt())
        .isLessThanOrEqualTo(topic.at("/spec/partitions").asInt());
    assertThat(trigger.path("bootstrapServers").asText())
        .isEqualTo(
            of(byName("ConfigMap"), "isogloss-settings")
                .at("/data/ISOGLOSS_BOOTSTRAP_SERVERS")
                .asText())
        .startsWith(byName("Kafka").keySet().iterator().next() + "-kafka-bootstrap:");
  }

  @Test
  void brokersAreOfAVersionThatKeepsOurPromises() throws IOException {
    String wanted = "4\\.[0-2]\\.\\d+";
    String deployed = of(byName("Kafka"), "isogloss").at("/spec/kafka/version").asText();
    assertThat(deployed).matches(wanted);
    assertThat(compose().at("/services/kafka/image").asText()).matches("apache/kafka:" + wanted);
    assertThat(Files.readString(RUNBOOK)).contains("brokers of 4.0 to 4.2");
  }

  @Test
  void gpuEncodersGoWhereThereAreGpus() throws IOException {
    JsonNode pod = of(byName("StatefulSet"), "encoder-gpu").at("/spec/template/spec");
    assertThat(pod.path("nodeSelector").has("nvidia.com/gpu.present")).isTrue();
    assertThat(pod.at("/containers/0/resources/limits").has("nvidia.com/gpu")).isTrue();
    assertThat(pod.at("/containers/0/image").asText()).isEqualTo("isogloss:cuda");
  }

  @Test
  void whatIsAppliedTogetherIsThere() throws IOException {
    List<String> resources =
        texts(documents(KUBERNETES.resolve("kustomization.yaml")).getFirst().path("resources"));
    assertThat(resources).allSatisfy(name -> assertThat(KUBERNETES.resolve(name)).exists());
    Set<String> present =
        files(file -> file.startsWith(KUBERNETES)).stream()
            .map(file -> file.getFileName().toString())
            .collect(Collectors.toSet());
    present.removeAll(resources);
    assertThat(present)
        .containsExactlyInAnyOrder("kustomization.yaml", "encoder-gpu.yaml", "trainer.yaml");
  }

  @Test
  void everyMetricOfTheDashboardsAndAlarmsIsInTheCatalogue() throws IOException {
    Set<String> named = new TreeSet<>();
    for (JsonNode panel : dashboard().path("panels")) {
      assertThat(panel.path("targets")).as(panel.path("title").asText()).isNotEmpty();
      for (JsonNode target : panel.path("targets")) {
        named.addAll(series(target.path("expr").asText()));
      }
    }
    for (JsonNode rule : alarms()) {
      Set<String> inRule = series(rule.path("expr").asText());
      assertThat(inRule.isEmpty() && !rule.path("expr").asText().startsWith("up{"))
          .as(rule.path("alert").asText())
          .isFalse();
      named.addAll(inRule);
    }
    named.addAll(series(Files.readString(RUNBOOK)));
    assertThat(named).isSubsetOf(Metric.allSeries()).hasSizeGreaterThan(25);
    // Who adds a meter decides where it is looked at.
    Set<Metric> shown =
        named.stream().map(name -> Metric.ofSeries(name).orElseThrow()).collect(Collectors.toSet());
    assertThat(shown).containsAll(unlessOfTheProcess());
  }

  private static List<Metric> unlessOfTheProcess() {
    return Stream.of(Metric.values())
        .filter(metric -> metric.meter().startsWith("isogloss."))
        .toList();
  }

  @Test
  void everyLabelOfAnExpressionIsATagOfItsMeter() throws IOException {
    Pattern selector = Pattern.compile("((?:isogloss|jvm|process)_[a-z_]+)\\{([^}]*)\\}");
    List<String> expressions = new ArrayList<>();
    dashboard()
        .path("panels")
        .forEach(
            panel -> panel.path("targets").forEach(t -> expressions.add(t.path("expr").asText())));
    alarms().forEach(rule -> expressions.add(rule.path("expr").asText()));
    int checked = 0;
    for (String expression : expressions) {
      assertThat(expression.chars().filter(c -> c == '(').count())
          .as(expression)
          .isEqualTo(expression.chars().filter(c -> c == ')').count());
      Matcher selectors = selector.matcher(expression);
      while (selectors.find()) {
        Metric metric = Metric.ofSeries(selectors.group(1)).orElseThrow();
        for (String label : selectors.group(2).split(",")) {
          assertThat(metric.tags()).as(expression).contains(label.split("[=!]")[0].strip());
          checked++;
        }
      }
    }
    assertThat(checked).isPositive();
  }

  @Test
  void theDashboardAsksADataSourceThatIsProvided() throws IOException {
    JsonNode source =
        documents(DEPLOY.resolve("grafana/provisioning/datasources/prometheus.yaml"))
            .getFirst()
            .at("/datasources/0");
    for (JsonNode panel : dashboard().path("panels")) {
      assertThat(panel.at("/datasource/uid")).isEqualTo(source.path("uid"));
    }
    String folder =
        documents(DEPLOY.resolve("grafana/provisioning/dashboards/isogloss.yaml"))
            .getFirst()
            .at("/providers/0/options/path")
            .asText();
    assertThat(compose().at("/services/grafana/volumes").toString()).contains(":" + folder + ":ro");
  }

  @Test
  void everyAlarmHasItsSectionInTheRunbookAndEverySectionItsAlarm() throws IOException {
    Set<String> alarms = new TreeSet<>();
    for (JsonNode rule : alarms()) {
      String name = rule.path("alert").asText();
      alarms.add(name);
      assertThat(rule.at("/annotations/runbook").asText())
          .isEqualTo("docs/runbook.md#" + name.toLowerCase(Locale.ROOT));
      assertThat(rule.at("/labels/severity").asText()).isIn("page", "ticket");
      assertThat(rule.at("/annotations/summary").asText()).isNotEmpty();
    }
    Matcher sections =
        Pattern.compile("(?m)^### (Isogloss\\w+)$").matcher(Files.readString(RUNBOOK));
    Set<String> explained = new TreeSet<>();
    while (sections.find()) {
      explained.add(sections.group(1));
    }
    assertThat(explained).isEqualTo(alarms).hasSizeGreaterThan(10);
  }

  @Test
  void theLibtorchOfTheContainersIsOurs() throws IOException {
    String cpu = Files.readString(DEPLOY.resolve("container/Containerfile"));
    String cuda = Files.readString(DEPLOY.resolve("container/Containerfile.cuda"));
    String pom = Files.readString(ROOT.resolve("pom.xml"));
    Matcher version = Pattern.compile("<pytorch.version>([^<]+)<").matcher(pom);
    assertThat(version.find()).isTrue();
    assertThat(cuda)
        .contains(
            "PYTORCH_VERSION=" + version.group(1),
            "PYTORCH_FLAVOR=cu128",
            "FROM pytorch/pytorch:" + version.group(1) + "-cuda12.8");
    Matcher from = Pattern.compile("(?m)^FROM (\\S+)").matcher(cpu + "\n" + cuda);
    while (from.find()) {
      assertThat(from.group(1)).as("an image of no registry").matches(IMAGE.pattern() + "|build");
    }
  }

  @Test
  void aContainerStartsTheProgramThatTheLauncherWouldAndFindsTheModulesThatCome()
      throws IOException {
    Pattern dispatch = Pattern.compile("(?m)^ *(\"train .*)\\)\\s+main=.*trainer.*$");
    String launching = Files.readString(ROOT.resolve("isogloss"));
    Matcher launcher = dispatch.matcher(launching);
    String script = Files.readString(DEPLOY.resolve("container/isogloss"));
    Matcher container = dispatch.matcher(script);
    assertThat(launcher.find()).isTrue();
    assertThat(container.find()).isTrue();
    assertThat(container.group(1)).isEqualTo(launcher.group(1)).contains("modules fit");
    Matcher memory = Pattern.compile("TRAINING_MEMORY=(glibc\\S+)").matcher(launching);
    assertThat(memory.find()).isTrue();
    assertThat(script).contains("GLIBC_TUNABLES-" + memory.group(1) + "}");
    assertThat(script).contains("-Disogloss.shipped=/opt/isogloss/modules ");
    assertThat(Files.readString(DEPLOY.resolve("container/Containerfile")))
        .contains("COPY modules /opt/isogloss/modules");
  }

  @Test
  @Tag("long")
  void theImageOfTheCpuIsBuiltAndStarts() throws Exception {
    assumeTrue(succeeds(List.of("docker", "version")), "there is no Docker");
    assertThat(
            succeeds(
                List.of(
                    "docker",
                    "build",
                    "-f",
                    "deploy/container/Containerfile",
                    "-t",
                    "isogloss:tested",
                    ".")))
        .isTrue();
    assertThat(succeeds(List.of("docker", "run", "--rm", "isogloss:tested", "up", "--help")))
        .isTrue();
  }

  private static boolean succeeds(List<String> command) throws InterruptedException {
    try {
      Process process = new ProcessBuilder(command).directory(ROOT.toFile()).inheritIO().start();
      if (process.waitFor(30, TimeUnit.MINUTES)) {
        return process.exitValue() == 0;
      }
      process.destroyForcibly();
      return false;
    } catch (IOException e) {
      return false;
    }
  }

  private static List<Path> files(Predicate<Path> wanted) throws IOException {
    try (Stream<Path> all = Files.walk(DEPLOY)) {
      return all.filter(Files::isRegularFile).filter(wanted).sorted().toList();
    }
  }

  private List<JsonNode> documents(Path file) throws IOException {
    try (MappingIterator<JsonNode> all = yaml.readerFor(JsonNode.class).readValues(file.toFile())) {
      return all.readAll();
    }
  }

  /** With its anchors resolved, which Jackson leaves as they are. */
  private JsonNode compose() throws IOException {
    Yaml merging = new Yaml(new SafeConstructor(new LoaderOptions()));
    return json.valueToTree(merging.load(Files.readString(COMPOSE)));
  }

  private JsonNode dashboard() throws IOException {
    return json.readTree(DEPLOY.resolve("grafana/dashboards/isogloss.json").toFile());
  }

  private List<JsonNode> alarms() throws IOException {
    return StreamSupport.stream(
            documents(ALARMS).getFirst().at("/groups/0/rules").spliterator(), false)
        .toList();
  }

  private List<JsonNode> manifests() throws IOException {
    List<JsonNode> all = new ArrayList<>();
    for (Path file : files(each -> each.startsWith(KUBERNETES))) {
      all.addAll(documents(file));
    }
    return all;
  }

  private Map<String, JsonNode> byName(String kind) throws IOException {
    return manifests().stream()
        .filter(object -> object.path("kind").asText().equals(kind))
        .collect(Collectors.toMap(o -> o.at("/metadata/name").asText(), o -> o));
  }

  private List<JsonNode> containers() throws IOException {
    return manifests().stream()
        .flatMap(
            object ->
                StreamSupport.stream(
                    object.at("/spec/template/spec/containers").spliterator(), false))
        .toList();
  }

  private static Map<String, String> settings(JsonNode service) {
    Map<String, String> settings = new HashMap<>();
    service
        .path("environment")
        .properties()
        .forEach(each -> settings.put(each.getKey(), each.getValue().asText()));
    return settings;
  }

  private static <T> T of(Map<String, T> all, String name) {
    return Objects.requireNonNull(all.get(name), name);
  }

  private static Set<String> series(String expression) {
    Set<String> names = new TreeSet<>();
    Matcher found = SERIES.matcher(expression);
    while (found.find()) {
      names.add(found.group());
    }
    return names;
  }

  private static List<OptionSpec> allOptions(CommandLine line) {
    List<OptionSpec> options = new ArrayList<>(line.getCommandSpec().options());
    line.getSubcommands().values().forEach(sub -> options.addAll(allOptions(sub)));
    return options;
  }

  private static Set<String> names(JsonNode object) {
    Set<String> names = new HashSet<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(each -> texts.add(each.asText()));
    return texts;
  }
}
