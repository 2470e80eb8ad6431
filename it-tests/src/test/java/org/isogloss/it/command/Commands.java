package org.isogloss.it.command;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Runs commands as one user would: the same home, the tiny backbone, one thread of the engine.
 *
 * @param folder for files of all kinds
 */
public record Commands(Path folder) {
  /** Runs a command to its end. */
  public CommandProcess.Result run(String... arguments) {
    return runOn("", arguments);
  }

  /** Runs a command to its end, with this on its standard input. */
  public CommandProcess.Result runOn(String input, String... arguments) {
    return run(Map.of(), input, arguments);
  }

  /** Runs a command to its end, with more variables in its environment. */
  public CommandProcess.Result run(
      Map<String, String> environment, String input, String... arguments) {
    try (CommandProcess process = start(environment, input, arguments)) {
      return process.await();
    }
  }

  /** Starts a command that does not end by itself. */
  public CommandProcess start(String... arguments) {
    return start(Map.of(), "", arguments);
  }

  /** Starts a command that does not end by itself, with more variables in its environment. */
  public CommandProcess start(Map<String, String> environment, String input, String... arguments) {
    Map<String, String> variables = new TreeMap<>();
    variables.put("ISOGLOSS_HOME", folder.resolve("home").toString());
    variables.put("ISOGLOSS_MODEL", "tiny");
    variables.put("ISOGLOSS_THREADS", "1");
    variables.putAll(environment);
    return CommandProcess.start(folder, variables, input, List.of(arguments));
  }

  public Path path(String name) {
    return folder.resolve(name);
  }

  /** Writes a file of lines, each ended by a line feed; its path. */
  public String file(String name, Stream<String> lines) {
    return file(name, String.join("\n", lines.toList()) + "\n");
  }

  /** Writes a file; its path. */
  public String file(String name, String content) {
    try {
      return Files.writeString(path(name), content).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
