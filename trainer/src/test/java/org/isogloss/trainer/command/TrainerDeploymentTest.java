package org.isogloss.trainer.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The trainers of {@code deploy/} and of the runbook against the program. */
class TrainerDeploymentTest {
  private static final Path DEPLOY = Path.of("../deploy");
  private static final Path MANIFEST = DEPLOY.resolve("kubernetes/trainer.yaml");
  private final YAMLMapper yaml = new YAMLMapper();

  private static CommandLine parsed(List<String> arguments, Map<String, String> environment) {
    PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, UTF_8);
    CommandLine line =
        Trainer.commandLine(new Terminal(nowhere, nowhere, System::nanoTime), environment);
    CommandLine leaf = line;
    line.parseArgs(arguments.toArray(String[]::new));
    while (leaf.getParseResult().hasSubcommand()) {
      leaf = leaf.getParseResult().subcommand().commandSpec().commandLine();
    }
    return leaf;
  }

  private List<JsonNode> documents(Path file) throws IOException {
    try (MappingIterator<JsonNode> all = yaml.readerFor(JsonNode.class).readValues(file.toFile())) {
      return all.readAll();
    }
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(each -> texts.add(each.asText()));
    return texts;
  }

  private Map<String, String> settings(JsonNode container) throws IOException {
    Map<String, String> settings = new HashMap<>();
    for (JsonNode from : container.path("envFrom")) {
      for (JsonNode map : documents(DEPLOY.resolve("kubernetes/settings.yaml"))) {
        if (map.at("/metadata/name").equals(from.at("/configMapRef/name"))) {
          map.path("data")
              .properties()
              .forEach(each -> settings.put(each.getKey(), each.getValue().asText()));
        }
      }
    }
    container
        .path("env")
        .forEach(each -> settings.put(each.path("name").asText(), each.path("value").asText("x")));
    return settings;
  }

  @Test
  void theTrainersPodServesWithTheSettingsThatItIsGiven() throws IOException {
    JsonNode container = documents(MANIFEST).getFirst().at("/spec/template/spec/containers/0");
    Map<String, String> settings = settings(container);
    CommandLine serve = parsed(texts(container.path("args")), settings);
    assertThat(serve.getCommandName()).isEqualTo("serve");
    CommandLine.ParseResult result = serve.getParseResult();
    assertThat(result.<Path>matchedOptionValue("--work", Path.of("")))
        .startsWithRaw(Path.of("/var/lib/isogloss-training"));
    // Options that come from the environment are defaults, not matches.
    assertThat(serve.getCommandSpec().findOption("--bootstrap-servers").<Object>getValue())
        .isEqualTo("isogloss-kafka-bootstrap:9092");
    assertThat(String.valueOf(serve.getCommandSpec().findOption("--threads").<Object>getValue()))
        .isEqualTo("4");
  }

  @Test
  void thePodWritesWhereItMustAndReadsTheRest() throws IOException {
    JsonNode set = documents(MANIFEST).getFirst();
    JsonNode container = set.at("/spec/template/spec/containers/0");
    Set<String> written = new HashSet<>();
    Set<String> read = new HashSet<>();
    for (JsonNode mount : container.path("volumeMounts")) {
      (mount.path("readOnly").asBoolean() ? read : written).add(mount.path("name").asText());
    }
    assertThat(written).containsExactlyInAnyOrder("module-store", "work", "cache");
    assertThat(read).containsExactlyInAnyOrder("models", "corpora");
    Map<String, String> settings = settings(container);
    for (String setting : List.of("ISOGLOSS_MODULE_STORE", "ISOGLOSS_MODULE_CACHE")) {
      String place = settings.getOrDefault(setting, "");
      assertThat(container.path("volumeMounts"))
          .as(setting)
          .anyMatch(
              mount ->
                  Path.of(place).startsWith(Path.of(mount.path("mountPath").asText()))
                      && !mount.path("readOnly").asBoolean());
    }
    // The claim with the store is mounted by the encoders read-only, here not.
    assertThat(set.at("/spec/template/spec/volumes"))
        .anyMatch(
            volume ->
                volume.path("name").asText().equals("module-store")
                    && volume.path("persistentVolumeClaim").has("claimName")
                    && !volume.path("persistentVolumeClaim").has("readOnly"));
  }

  @Test
  void theTrainerOfComposeServes() throws IOException {
    JsonNode service =
        documents(DEPLOY.resolve("compose/compose.yaml")).getFirst().at("/services/trainer");
    Map<String, String> settings = new HashMap<>();
    service
        .path("environment")
        .properties()
        .forEach(each -> settings.put(each.getKey(), each.getValue().asText()));
    assertThat(parsed(texts(service.path("command")), settings).getCommandName())
        .isEqualTo("serve");
    assertThat(texts(service.path("profiles"))).containsExactly("training");
  }

  @Test
  void everyFlagOfTheRunbooksSectionExists() throws IOException {
    Matcher section =
        Pattern.compile("(?s)\n## Train\n(.*?)\n## ")
            .matcher(Files.readString(Path.of("../docs/runbook.md")));
    assertThat(section.find()).isTrue();
    PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, UTF_8);
    CommandLine train =
        Trainer.commandLine(new Terminal(nowhere, nowhere, System::nanoTime), Map.of())
            .getSubcommands()
            .get("train");
    Set<String> known = new HashSet<>(Set.of("--profile"));
    for (CommandLine stage : Objects.requireNonNull(train).getSubcommands().values()) {
      stage.getCommandSpec().options().forEach(option -> known.addAll(List.of(option.names())));
    }
    Set<String> named = new HashSet<>();
    Matcher flag = Pattern.compile("(?<![\\w-])--[a-z][a-z-]+").matcher(section.group(1));
    while (flag.find()) {
      named.add(flag.group());
    }
    assertThat(known).containsAll(named);
    assertThat(named).contains("--promote-if-better", "--lease-seconds");
  }

  @Test
  void theJobOfTheRunbookIsOne() throws IOException {
    String runbook = Files.readString(Path.of("../docs/runbook.md"));
    Matcher command =
        Pattern.compile("(?m)^ {4}isogloss train submit ((?:.*\\\\\\n)*.*)$").matcher(runbook);
    assertThat(command.find()).isTrue();
    List<String> words = new ArrayList<>(List.of("train", "submit"));
    Matcher word =
        Pattern.compile("\"([^\"]*)\"|(\\S+)").matcher(command.group(1).replace("\\\n", " "));
    while (word.find()) {
      words.add(word.group(1) == null ? word.group(2) : word.group(1));
    }
    CommandLine submit = parsed(words, Map.of());
    assertThat(submit.getCommandName()).isEqualTo("submit");
    TrainerCommand stage = submit.getCommand();
    stage.check();
  }
}
