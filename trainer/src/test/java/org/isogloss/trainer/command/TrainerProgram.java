package org.isogloss.trainer.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Runs the trainer's commands in this process, and holds what the last one printed. */
final class TrainerProgram {
  private final Map<String, String> environment;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  TrainerProgram(Map<String, String> environment) {
    this.environment = environment;
  }

  /** With the tiny model, on one thread. */
  static TrainerProgram tiny(Path home) {
    return new TrainerProgram(
        Map.of(
            "ISOGLOSS_HOME", home.toString(), "ISOGLOSS_MODEL", "tiny", "ISOGLOSS_THREADS", "1"));
  }

  /** The exit code. */
  int run(List<String> arguments) {
    out.reset();
    err.reset();
    Terminal terminal =
        new Terminal(
            new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), System::nanoTime);
    return Trainer.execute(terminal, environment, arguments.toArray(String[]::new));
  }

  String out() {
    return out.toString(UTF_8);
  }

  String err() {
    return err.toString(UTF_8);
  }
}
