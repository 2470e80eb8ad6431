package org.isogloss.it.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * From a training job to vectors: the pipeline encodes, a job is trained for real and published, it
 * is activated, and the running worker takes it up. On random weights no alignment is better than
 * none, so whether one is promoted by itself is not this test's to say.
 */
class TrainedModuleServesTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final long SEED = 7;
  private static final int PAIRS = 600;
  private static final int WORDS = 5;
  private static final int BATCH = 40;
  private static final List<String> GERMAN =
      List.of(
          "Haus", "Wasser", "Brot", "Licht", "Baum", "Stadt", "Fluss", "Feuer", "Hand", "Stein",
          "Vogel", "Nacht", "Tisch", "Wind", "Kind", "Auge", "Weg", "Schnee");
  private static final List<String> ENGLISH =
      List.of(
          "house", "water", "bread", "light", "tree", "town", "river", "fire", "hand", "stone",
          "bird", "night", "table", "wind", "child", "eye", "way", "snow");

  @TempDir static Path folder;
  private final Commands commands = new Commands(folder);
  private final String data = folder.resolve("data").toString();

  @Test
  void aTrainedAlignmentGoesLiveWhileSentencesAreEncoded() {
    String pairs = commands.file("de-en.tsv", Stream.concat(Stream.of("de\ten"), translations()));
    try (CommandProcess up = commands.start("up", "--data", data)) {
      up.awaitLine("ready: ");
      try (CommandProcess service = commands.start("train", "serve", "--data", data)) {
        service.awaitLine("ready: ");
        send(0);
        awaitEmbeddings(BATCH);
        commands
            .run(
                "train",
                "submit",
                "--data",
                data,
                "--id",
                "first",
                "align",
                "--lang",
                "de",
                "--parallel",
                pairs,
                "--start",
                "ridge",
                "--train-affine",
                "--bottleneck",
                "8",
                "--epochs",
                "2")
            .requireSuccess();
        int sent = 1;
        while (!isEnded()) {
          send(sent++);
        }
        String job = jobs();
        assertThat(job).as(service.err()).contains("\tDONE\t").contains("alignment/de@1");
        commands
            .run("modules", "activate", "alignment/de@1", "--reason", "trained", "--data", data)
            .requireSuccess();
        Awaitility.await()
            .atMost(CommandProcess.PATIENCE)
            .until(() -> up.err().lines().toList().contains("modules: de: none -> alignment/de@1"));
        send(sent++);
        Map<String, List<String>> alignments = awaitEmbeddings(sent * BATCH);
        assertThat(alignments).hasSize(sent);
        assertThat(alignments.values()).allMatch(batch -> batch.size() == BATCH);
        assertThat(alignments.get("batch-0")).containsOnly("none");
        assertThat(alignments.get("batch-" + (sent - 1))).containsOnly("alignment/de@1");
        assertThat(service.terminate().exitCode()).isLessThanOrEqualTo(143);
      }
      up.terminate().requireSuccess();
    }
  }

  private void send(int number) {
    Random random = new Random(SEED + 1 + number);
    String name = "batch-" + number;
    String file =
        commands.file(
            name + ".txt", IntStream.range(0, BATCH).mapToObj(i -> join(GERMAN, draw(random))));
    commands
        .run("send", "--in", file, "--source", name, "--lang", "de", "--data", data)
        .requireSuccess();
  }

  private boolean isEnded() {
    String jobs = jobs();
    return jobs.contains("\tDONE\t") || jobs.contains("\tFAILED\t");
  }

  private String jobs() {
    return commands.run("train", "jobs", "--data", data).requireSuccess().out();
  }

  /** By batch the alignments that made its cross-lingual vectors, once so many are there. */
  private Map<String, List<String>> awaitEmbeddings(int wanted) {
    Map<String, List<String>> alignments = new LinkedHashMap<>();
    Awaitility.await()
        .atMost(CommandProcess.PATIENCE)
        .pollInterval(Duration.ofSeconds(1))
        .until(
            () -> {
              alignments.clear();
              for (String line :
                  commands
                      .run("export", "isogloss.embeddings", "--format", "jsonl", "--data", data)
                      .requireSuccess()
                      .lines()) {
                JsonNode value = MAPPER.readTree(line).path("value");
                if (value.path("view").asText().equals("CROSS_LINGUAL")) {
                  alignments
                      .computeIfAbsent(value.path("source").asText(), source -> new ArrayList<>())
                      .add(alignment(value));
                }
              }
              return alignments.values().stream().mapToInt(List::size).sum() >= wanted;
            });
    return alignments;
  }

  private static String alignment(JsonNode embedding) {
    JsonNode module = embedding.path("alignmentModule");
    return module.isNull() || module.isMissingNode() ? "none" : module.path("name").asText();
  }

  private static Stream<String> translations() {
    Random random = new Random(SEED);
    return IntStream.range(0, PAIRS)
        .mapToObj(
            i -> {
              List<Integer> words = draw(random);
              return join(GERMAN, words) + "\t" + join(ENGLISH, words);
            });
  }

  private static List<Integer> draw(Random random) {
    List<Integer> all = new ArrayList<>(IntStream.range(0, GERMAN.size()).boxed().toList());
    Collections.shuffle(all, random);
    return all.subList(0, WORDS);
  }

  private static String join(List<String> words, List<Integer> drawn) {
    return String.join(" ", drawn.stream().map(words::get).toList());
  }
}
