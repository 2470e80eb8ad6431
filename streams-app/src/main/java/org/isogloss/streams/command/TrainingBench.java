package org.isogloss.streams.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The trainer's benchmark of training steps. The trainer is another program, which stands on the
 * launcher's class path beside this one: it runs in a process of its own, and its table is read.
 */
final class TrainingBench {
  private static final String PROGRAM = "org.isogloss.trainer.command.Trainer";
  private static final String COMMAND = "bench train";
  private static final double BAR = 0.95;
  private static final List<String> STAGES = List.of("align", "adapt");

  private TrainingBench() {}

  /** Runs it and writes its bars; those that it did not measure are written as such. */
  static void run(BarSheet bars, ModelOptions model, Path home, int rounds, Terminal aside)
      throws IOException, InterruptedException {
    if (ClassLoader.getSystemResource(PROGRAM.replace('.', '/') + ".class") == null) {
      aside.note("the trainer is not on the class path");
      write(bars, List.of());
      return;
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), PROGRAM));
    command.addAll(List.of("bench", "train", "--rounds", Integer.toString(rounds)));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    Map<String, String> environment = builder.environment();
    environment.put("ISOGLOSS_MODEL", model.model());
    // What the launcher gives a training of its own.
    Optional.ofNullable(environment.get("ISOGLOSS_TRAINING_MEMORY"))
        .ifPresent(memory -> environment.putIfAbsent("GLIBC_TUNABLES", memory));
    environment.put("ISOGLOSS_HOME", home.toString());
    environment.put("ISOGLOSS_THREADS", Integer.toString(model.threads()));
    model.layers().ifPresent(layers -> environment.put("ISOGLOSS_LAYERS", layers.toString()));
    Process process = builder.start();
    List<String> lines = new ArrayList<>();
    try (BufferedReader out = process.inputReader(UTF_8)) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        aside.note("%s", line);
        lines.add(line);
      }
    }
    if (process.waitFor() != 0) {
      aside.note("bench train ended with %d", process.exitValue());
    }
    write(bars, lines);
  }

  /**
   * @param lines with a Markdown table: the stage in the first column, and one headed "ratio"
   */
  static void write(BarSheet bars, List<String> lines) {
    for (String stage : STAGES) {
      bars.atLeast(BAR, COMMAND, "a step of " + stage + ", of PyTorch's rate", ratio(lines, stage));
    }
  }

  private static double ratio(List<String> lines, String stage) {
    int column = -1;
    for (String line : lines) {
      List<String> cells = Arrays.stream(line.split("\\|")).map(String::strip).toList();
      if (cells.contains("ratio")) {
        column = cells.indexOf("ratio");
      } else if (column > 0 && cells.size() > column && cells.get(1).equals(stage)) {
        try {
          return Double.parseDouble(cells.get(column));
        } catch (NumberFormatException e) {
          return Double.NaN;
        }
      }
    }
    return Double.NaN;
  }
}
