package org.isogloss.trainer.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * A plan; the format stands in the package's description.
 *
 * @param out holds a folder for every step
 * @param steps with seeds told apart, in their order, names different
 */
public record TrainingPlan(Path out, List<Step> steps) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
  private static final Set<String> KEYS = Set.of("out", "options", "steps");
  private static final Set<String> STEP_KEYS = Set.of("name", "stage", "seeds", "options");
  private static final String STEP = "step:";
  private static final String LANGUAGE_STAGE = "language";
  private static final String LANGUAGE_OPTION = "lang";

  public TrainingPlan {
    steps = List.copyOf(steps);
  }

  /**
   * A step.
   *
   * @param name also its folder's
   * @param stage the command of {@code isogloss train}
   * @param arguments of the command, but for {@code --out}
   */
  public record Step(String name, String stage, List<String> arguments) {
    public Step {
      arguments = List.copyOf(arguments);
    }
  }

  /**
   * Reads a plan.
   *
   * @throws IsoglossException BAD_INPUT_FILE naming the file and what is wrong
   */
  public static TrainingPlan read(Path file) {
    JsonNode root;
    try {
      root = new YAMLMapper().readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      throw bad(file, e.getOriginalMessage());
    } catch (IOException e) {
      throw bad(file, "it cannot be read: " + e.getMessage());
    }
    requireKeys(file, "the plan", root, KEYS);
    if (!root.path("out").isTextual() || !root.path("steps").isArray()) {
      throw bad(file, "it must say out, a folder, and steps, a list");
    }
    Path out = Path.of(root.path("out").asText());
    List<Step> steps = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (JsonNode node : root.path("steps")) {
      String name = node.path("name").asText();
      requireKeys(file, "step " + name, node, STEP_KEYS);
      if (!NAME.matcher(name).matches() || node.path("stage").asText().isEmpty()) {
        throw bad(file, "a step needs a stage and a name of letters, digits, '.', '_' and '-'");
      }
      SequencedMap<String, JsonNode> options = new LinkedHashMap<>();
      root.path("options").properties().forEach(e -> options.put(e.getKey(), e.getValue()));
      node.path("options").properties().forEach(e -> options.put(e.getKey(), e.getValue()));
      List<String> arguments = arguments(file, out, node.path("stage").asText(), options, names);
      List<Step> made = new ArrayList<>();
      if (node.path("seeds").isEmpty()) {
        made.add(new Step(name, node.path("stage").asText(), arguments));
      }
      for (JsonNode seed : node.path("seeds")) {
        List<String> seeded = new ArrayList<>(arguments);
        seeded.addAll(List.of("--seed", seed.asText()));
        made.add(new Step(name + "-s" + seed.asText(), node.path("stage").asText(), seeded));
      }
      for (Step step : made) {
        if (!names.add(step.name())) {
          throw bad(file, "two steps are named " + step.name());
        }
        steps.add(step);
      }
    }
    if (steps.isEmpty()) {
      throw bad(file, "it has no steps");
    }
    return new TrainingPlan(out, steps);
  }

  private static List<String> arguments(
      Path file, Path out, String stage, Map<String, JsonNode> options, Set<String> earlier) {
    List<String> arguments = new ArrayList<>();
    if (stage.equals(LANGUAGE_STAGE)) {
      // Names its language by position.
      arguments.add(
          Optional.ofNullable(options.remove(LANGUAGE_OPTION))
              .orElseThrow(() -> bad(file, "a step of stage language needs the option lang"))
              .asText());
    }
    options.forEach(
        (name, value) -> {
          if (value.isBoolean()) {
            if (value.asBoolean()) {
              arguments.add("--" + name);
            }
          } else if (value.isArray()) {
            arguments.add("--" + name);
            arguments.add(
                StreamSupport.stream(value.spliterator(), false)
                    .map(each -> value(file, out, each, earlier))
                    .collect(Collectors.joining(",")));
          } else {
            arguments.add("--" + name);
            arguments.add(value(file, out, value, earlier));
          }
        });
    return arguments;
  }

  private static String value(Path file, Path out, JsonNode value, Set<String> earlier) {
    if (!value.isValueNode() || value.isNull()) {
      throw bad(file, "an option's value must be text, a number, true, false or a list: " + value);
    }
    String text = value.asText();
    if (!text.startsWith(STEP)) {
      return text;
    }
    Path path = Path.of(text.substring(STEP.length()));
    if (path.getNameCount() == 0 || !earlier.contains(path.getName(0).toString())) {
      throw bad(file, text + " names no earlier step");
    }
    return out.resolve(path).toString();
  }

  private static void requireKeys(Path file, String what, JsonNode node, Set<String> known) {
    node.properties()
        .forEach(
            entry -> {
              if (!known.contains(entry.getKey())) {
                throw bad(file, "%s has an unknown key: %s".formatted(what, entry.getKey()));
              }
            });
  }

  private static IsoglossException bad(Path file, String what) {
    return new IsoglossException(ErrorCode.BAD_INPUT_FILE, "the plan " + file + ": " + what);
  }
}
