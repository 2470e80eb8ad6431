package org.isogloss.trainer.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/** The same step in plain PyTorch: a script run by {@code python3}, once a round. */
public final class TorchPeer {
  private static final String SCRIPT = "torch_train.py";
  private static final Pattern LOSS = Pattern.compile("first loss (\\S+)");
  private static final Pattern RATE = Pattern.compile("round \\d+:.* (\\d+(?:\\.\\d+)?) tokens/s");
  private static final int MINUTES_AT_MOST = 20;

  private final Path folder;

  private TorchPeer(Path folder) {
    this.folder = folder;
  }

  /**
   * What a round of it gave.
   *
   * @param firstLoss of the first batch, nothing being learnt
   * @param tokensPerSecond of the last round printed
   */
  public record Round(double firstLoss, double tokensPerSecond) {}

  /** Why Python cannot run it; empty if it can. */
  public static String whatIsMissing() {
    try {
      Process process =
          new ProcessBuilder("python3", "-c", "import torch").redirectErrorStream(true).start();
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

  /**
   * Writes what the script reads.
   *
   * @param folder exists, and is nobody else's
   * @param shared {@code [rows][hidden]}, of {@link MeasuredStage#shared}
   */
  static TorchPeer write(
      Path folder,
      Path model,
      int layers,
      int threads,
      MeasuredStage stage,
      Workload work,
      float[][] shared)
      throws IOException {
    try (InputStream in =
        Objects.requireNonNull(TorchPeer.class.getResourceAsStream(SCRIPT), SCRIPT)) {
      Files.write(folder.resolve(SCRIPT), in.readAllBytes());
    }
    Path rows = folder.resolve(stage.sharedName() + ".f32");
    writeRows(rows, shared);
    Map<String, Object> document = new LinkedHashMap<>(stage.sizes());
    document.put(stage.sharedName(), rows.toString());
    document.put("model", model.toString());
    document.put("layers", layers);
    document.put("threads", threads);
    document.put(
        "batches",
        work.batches().stream()
            .map(
                batch ->
                    Map.of(
                        "ids", batch.ids(),
                        "targets", batch.targets(),
                        "places", batch.places(),
                        "pieces", batch.pieces()))
            .toList());
    new JsonMapper().writeValue(folder.resolve("work.json").toFile(), document);
    return new TorchPeer(folder);
  }

  private static void writeRows(Path file, float[][] rows) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (float[] row : rows) {
        ByteBuffer bytes =
            ByteBuffer.allocate(row.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(row);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
    }
  }

  /**
   * Runs it once.
   *
   * @throws IsoglossException TIMED_OUT, BAD_INPUT_FILE if the script fails
   */
  Round run() throws IOException, InterruptedException {
    Path log = folder.resolve("peer.log");
    Process process =
        new ProcessBuilder(
                "python3",
                folder.resolve(SCRIPT).toString(),
                folder.resolve("work.json").toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (!process.waitFor(MINUTES_AT_MOST, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new IsoglossException(
          ErrorCode.TIMED_OUT, "the peer ran longer than %d minutes".formatted(MINUTES_AT_MOST));
    }
    List<String> lines = Files.readAllLines(log, UTF_8);
    if (process.exitValue() != 0) {
      throw new IsoglossException(
          ErrorCode.BAD_INPUT_FILE,
          "the peer failed (exit code %d): %s"
              .formatted(process.exitValue(), lines.isEmpty() ? "no output" : lines.getLast()));
    }
    return new Round(last(LOSS, lines), last(RATE, lines));
  }

  private static double last(Pattern pattern, List<String> lines) {
    double last = Double.NaN;
    for (String line : lines) {
      Matcher matcher = pattern.matcher(line);
      if (matcher.find()) {
        last = Double.parseDouble(matcher.group(1));
      }
    }
    if (Double.isNaN(last)) {
      throw new IsoglossException(
          ErrorCode.BAD_INPUT_FILE, "the peer printed nothing like " + pattern);
    }
    return last;
  }
}
