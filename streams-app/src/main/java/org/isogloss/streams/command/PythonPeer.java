package org.isogloss.streams.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * A program in Python that encodes the same sentences with the same weights, and prints lines with
 * its {@code tokens/s}. It runs in a process of its own, once a round; loading does not count, and
 * neither does its own first round.
 */
final class PythonPeer {
  private static final Pattern RATE = Pattern.compile("round \\d+:.* (\\d+(?:\\.\\d+)?) tokens/s");
  private static final int MINUTES_AT_MOST = 20;

  private final List<String> command;

  PythonPeer(Path script, Path model, int layers, int threads, int tokenBudget, Path sentences) {
    command =
        List.of(
            "python3",
            script.toString(),
            "--model",
            model.toString(),
            "--layers",
            Integer.toString(layers),
            "--threads",
            Integer.toString(threads),
            "--budget",
            Integer.toString(tokenBudget),
            "--in",
            sentences.toString(),
            "--rounds",
            "2");
  }

  /** Why Python cannot run the peer; empty if it can. */
  static String whatIsMissing() {
    try {
      Process process =
          new ProcessBuilder("python3", "-c", "import numpy, torch")
              .redirectErrorStream(true)
              .start();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
      if (!process.waitFor(1, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        return "python3 does not answer";
      }
      return process.exitValue() == 0 ? "" : output.lines().reduce("", (a, b) -> b);
    } catch (IOException e) {
      return "python3 is not on the PATH";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }

  /** Runs once and gives the tokens per second of the last round printed. */
  double tokensPerSecond() throws IOException, InterruptedException {
    Path log = Files.createTempFile("isogloss-peer", ".log");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      if (!process.waitFor(MINUTES_AT_MOST, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IsoglossException(
            ErrorCode.TIMED_OUT, "the peer ran longer than %d minutes".formatted(MINUTES_AT_MOST));
      }
      List<String> lines = Files.readAllLines(log, UTF_8);
      OptionalDouble rate = lastRate(lines);
      if (process.exitValue() != 0 || rate.isEmpty()) {
        throw new IsoglossException(
            ErrorCode.BAD_INPUT_FILE,
            "the peer failed (exit code %d): %s"
                .formatted(process.exitValue(), lines.isEmpty() ? "no output" : lines.getLast()));
      }
      return rate.getAsDouble();
    } finally {
      Files.deleteIfExists(log);
    }
  }

  static OptionalDouble lastRate(List<String> lines) {
    List<Double> rates = new ArrayList<>();
    for (String line : lines) {
      Matcher matcher = RATE.matcher(line);
      if (matcher.find()) {
        rates.add(Double.parseDouble(matcher.group(1)));
      }
    }
    return rates.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(rates.getLast());
  }
}
