package org.isogloss.streams.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a builder of images would refuse in a Containerfile, and what we do not want in one. */
final class Containerfiles {
  private final Path context;
  private final Set<String> stages = new HashSet<>();
  private final List<String> problems = new ArrayList<>();

  private Containerfiles(Path context) {
    this.context = context;
  }

  /**
   * @param context the folder that it is built from
   */
  static List<String> problems(String text, Path context) throws IOException, InterruptedException {
    Containerfiles file = new Containerfiles(context);
    String instructions =
        text.replaceAll("(?m)^\\s*#.*\\R", "")
            .replaceAll("\\\\\\R", " ")
            .replaceAll("(?m)^\\R", "");
    String first = instructions.split("\\s", 2)[0];
    if (!first.equals("FROM") && !first.equals("ARG")) {
      file.problems.add("begins with " + first);
    }
    for (String line : instructions.split("\\R", -1)) {
      if (!line.isBlank()) {
        String[] parts = line.strip().split("\\s+", 2);
        file.read(parts[0], parts.length == 1 ? "" : parts[1]);
      }
    }
    return file.problems;
  }

  /** Whether a shell can make out the commands; it runs none. */
  static boolean isReadByTheShell(String commands) throws IOException, InterruptedException {
    Process shell =
        new ProcessBuilder("sh", "-n", "-c", commands)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return shell.waitFor() == 0;
  }

  private void read(String instruction, String rest) throws IOException, InterruptedException {
    switch (instruction) {
      case "FROM" -> from(rest);
      case "COPY" -> copy(rest);
      case "RUN" -> demand(!rest.isEmpty() && isReadByTheShell(rest), "RUN " + rest);
      case "ENV" -> {
        for (String each : rest.split("\\s+", -1)) {
          demand(each.matches("[A-Z][A-Z0-9_]*=\\S+"), "ENV " + each);
        }
      }
      case "ARG" -> demand(rest.matches("[A-Z][A-Z0-9_]*(=\\S+)?"), "ARG " + rest);
      // As a list: by a shell between, the program would not hear that it shall stop.
      case "ENTRYPOINT", "CMD" -> demand(isListOfWords(rest), instruction + " " + rest);
      case "EXPOSE" -> demand(rest.matches("[0-9]+"), "EXPOSE " + rest);
      case "WORKDIR", "VOLUME" -> demand(rest.matches("/\\S+"), instruction + " " + rest);
      case "USER" -> demand(rest.matches("\\S+"), "USER " + rest);
      default -> problems.add("no instruction that we use: " + instruction);
    }
  }

  private void from(String rest) {
    demand(rest.matches("\\S+( AS [a-z]+)?"), "FROM " + rest);
    if (rest.contains(" AS ")) {
      stages.add(rest.substring(rest.indexOf(" AS ") + 4));
    }
  }

  private void copy(String rest) {
    List<String> words = List.of(rest.split("\\s+"));
    boolean fromStage = words.getFirst().startsWith("--from=");
    List<String> places = fromStage ? words.subList(1, words.size()) : words;
    if (places.size() != 2) {
      problems.add("not one source and one target: COPY " + rest);
    } else if (fromStage) {
      String stage = words.getFirst().substring("--from=".length());
      demand(stages.contains(stage), "no stage before: COPY " + rest);
      demand(places.getFirst().startsWith("/"), "no place in an image: COPY " + rest);
    } else {
      demand(Files.exists(context.resolve(places.getFirst())), "not there: COPY " + rest);
    }
  }

  private static boolean isListOfWords(String text) {
    try {
      JsonNode list = new JsonMapper().readTree(text);
      boolean words = list.isArray() && !list.isEmpty();
      for (JsonNode each : list) {
        words &= each.isTextual();
      }
      return words;
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  private void demand(boolean met, String what) {
    if (!met) {
      problems.add(what);
    }
  }
}
