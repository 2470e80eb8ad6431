package org.isogloss.it.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.isogloss.it.process.JavaProcess;

/** One command of the program in a process of its own. For one thread. */
public final class CommandProcess implements AutoCloseable {
  /** Far more than any command takes on a machine that has something else to do. */
  static final Duration PATIENCE = Duration.ofMinutes(3);

  private static final Duration LOOK = Duration.ofMillis(20);
  private static final String HEAP = "512m";

  private final String commandLine;
  private final Process process;
  private final Path out;
  private final Path err;

  private CommandProcess(String commandLine, Process process, Path out, Path err) {
    this.commandLine = commandLine;
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /**
   * How a command ended.
   *
   * @param commandLine what was asked
   */
  public record Result(String commandLine, int exitCode, String out, String err) {
    public List<String> lines() {
      return out.lines().toList();
    }

    /**
     * @throws AssertionError with all that it said, if it did not end well
     */
    public Result requireSuccess() {
      if (exitCode != 0) {
        throw new AssertionError(this);
      }
      return this;
    }

    @Override
    public String toString() {
      return "%s ended with %d%n--- out%n%s%n--- err%n%s"
          .formatted(commandLine, exitCode, out, err);
    }
  }

  /**
   * Starts a command.
   *
   * @param folder for what it writes to its standard streams
   * @param environment in place of all variables of the program's that the test itself has
   * @param input its standard input
   */
  static CommandProcess start(
      Path folder, Map<String, String> environment, String input, List<String> arguments) {
    List<String> command = JavaProcess.java(HEAP);
    // The configuration that users have, not that of the tests, which stands on the path too.
    command.add("-Dlogback.configurationFile=logback.xml");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    // As the launcher: what learns from data is the trainer's.
    Class<?> program =
        arguments.getFirst().equals("train") ? LeashedTrainer.class : LeashedIsogloss.class;
    command.add(program.getName());
    command.addAll(arguments);
    try {
      Path in = Files.writeString(Files.createTempFile(folder, "in", ".txt"), input, UTF_8);
      Path out = Files.createTempFile(folder, "out", ".txt");
      Path err = Files.createTempFile(folder, "err", ".txt");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectInput(in.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder
          .environment()
          .keySet()
          .removeIf(name -> name.startsWith("ISOGLOSS_") || name.startsWith("HF_"));
      builder.environment().putAll(environment);
      return new CommandProcess(
          "isogloss " + String.join(" ", arguments), builder.start(), out, err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** What it has written to standard output so far. */
  public String out() {
    return read(out);
  }

  /** What it has written to standard error so far. */
  public String err() {
    return read(err);
  }

  /**
   * Waits for a line of standard output, and returns it.
   *
   * @throws AssertionError if the process ends before, or takes too long
   */
  public String awaitLine(String beginning) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      boolean alive = process.isAlive();
      for (String line : new ArrayList<>(out().lines().toList())) {
        if (line.startsWith(beginning)) {
          return line;
        }
      }
      if (!alive) {
        break;
      }
      pause();
    }
    throw new AssertionError("no line '%s...': %s".formatted(beginning, soFar()));
  }

  /** Waits for the end. */
  public Result await() {
    try {
      if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError("still runs after %s: %s".formatted(PATIENCE, soFar()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    return new Result(commandLine, process.exitValue(), out(), err());
  }

  /** SIGTERM, then as long as it needs to end. */
  public Result terminate() {
    process.destroy();
    return await();
  }

  /** {@code kill -9}; returns when it is gone. */
  public Result kill() {
    process.destroyForcibly();
    return await();
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      process.destroyForcibly();
    }
  }

  private String soFar() {
    return "%s%n--- out%n%s%n--- err%n%s".formatted(commandLine, out(), err());
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(LOOK);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
