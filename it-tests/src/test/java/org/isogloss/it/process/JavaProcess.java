package org.isogloss.it.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A Java program in a process of its own, on this test's class path. Its output goes to a file. For
 * one thread.
 */
public final class JavaProcess implements AutoCloseable {
  static final String READY = "== ready ==";
  private static final Duration POLL = Duration.ofMillis(50);

  private final String name;
  private final Process process;
  private final Path log;
  private final long logStart;

  private JavaProcess(String name, Process process, Path log, long logStart) {
    this.name = name;
    this.process = process;
    this.log = log;
    this.logStart = logStart;
  }

  /**
   * Starts a program; it may not serve yet.
   *
   * @param name names the process and its log; a later process of the same name appends to it
   * @param heap such as {@code 256m}
   */
  public static JavaProcess start(
      String name, Path logFolder, String heap, Class<?> main, List<String> arguments) {
    List<String> command = java(heap);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(arguments);
    Path log = logFolder.resolve(name + ".log");
    try {
      Files.createDirectories(logFolder);
      long logStart = Files.exists(log) ? Files.size(log) : 0;
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      return new JavaProcess(name, process, log, logStart);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The start of a command line: this test's Java, and the flags that a short life asks for. */
  public static List<String> java(String heap) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx" + heap);
    command.add("-Xss512k");
    command.add("-XX:+UseSerialGC");
    // Short lives: the quick compiler alone gives back more than the slow one ever earns.
    command.add("-XX:TieredStopAtLevel=1");
    command.add("--add-modules=jdk.incubator.vector");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.add("-Dai.djl.offline=true");
    command.add("-DOPT_OUT_TRACKING=true");
    return command;
  }

  /**
   * Waits until the program says that it serves.
   *
   * @throws IllegalStateException with the end of its log, if it ends first or takes too long
   */
  public JavaProcess awaitReady(Duration patience) {
    return awaitOutput(READY, patience);
  }

  /**
   * Waits until the program has written this.
   *
   * @throws IllegalStateException with the end of its log, if it ends first or takes too long
   */
  public JavaProcess awaitOutput(String text, Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!output().contains(text)) {
      if (!process.isAlive()) {
        throw new IllegalStateException(name + " ended with " + process.exitValue() + tail());
      }
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(name + " is not ready after " + patience + tail());
      }
      sleep(POLL);
    }
    return this;
  }

  public String name() {
    return name;
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** {@code kill -9}; returns when the process is gone. */
  public void kill() {
    process.destroyForcibly();
    awaitExit(Duration.ofSeconds(20));
  }

  /** SIGTERM, then as long as the program needs to drain; its exit code. */
  public int terminate(Duration patience) {
    process.destroy();
    return awaitExit(patience);
  }

  /** SIGSTOP: the process stands still, its connections stay open. */
  public void freeze() {
    signal("STOP");
  }

  /** SIGCONT. */
  public void thaw() {
    signal("CONT");
  }

  /**
   * No file that the process writes may grow beyond this from now on, as if its disk were full; it
   * gets an error instead.
   */
  public void limitFiles(long bytes) {
    command("prlimit", "--pid", Long.toString(process.pid()), "--fsize=" + bytes);
  }

  /** Whether the process ends by itself in time. */
  public boolean endsWithin(Duration patience) {
    try {
      return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /**
   * Waits for the end of the process; its exit code.
   *
   * @throws IllegalStateException if it does not end in time
   */
  public int awaitExit(Duration patience) {
    try {
      if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException(name + " still runs after " + patience + tail());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    return process.exitValue();
  }

  /** What this process has written so far. */
  public String output() {
    try {
      byte[] all = Files.readAllBytes(log);
      return new String(all, (int) logStart, all.length - (int) logStart, UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      kill();
    }
  }

  private void signal(String signal) {
    command("kill", "-" + signal, Long.toString(process.pid()));
  }

  private void command(String... command) {
    try {
      int code = new ProcessBuilder(command).inheritIO().start().waitFor();
      if (code != 0) {
        throw new IllegalStateException(
            "%s fails on %s, which %s%s"
                .formatted(
                    String.join(" ", command),
                    name,
                    process.isAlive() ? "runs" : "has ended with " + process.exitValue(),
                    tail()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private String tail() {
    String output = output();
    return ":\n" + output.substring(Math.max(0, output.length() - 4000));
  }

  private static void sleep(Duration duration) {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
