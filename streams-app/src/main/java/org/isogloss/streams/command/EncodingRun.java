package org.isogloss.streams.command;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.isogloss.encoder.space.View;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/** Encodes the same lines again and again, and says how fast. For one thread. */
final class EncodingRun {
  /** All in one language: identifying languages is not what is measured. */
  private static final LineEncoder.Task TASK =
      new LineEncoder.Task("bench", Optional.of("en"), View.CROSS_LINGUAL);

  private final LineEncoder encoder;
  private final List<InputLine> lines;
  private long tokens;
  private long refused;

  EncodingRun(LineEncoder encoder, List<InputLine> lines) {
    this.encoder = encoder;
    this.lines = lines;
  }

  /**
   * Encodes all lines once.
   *
   * @throws IsoglossException BAD_INPUT_FILE if no line could be encoded
   */
  double tokensPerSecond() {
    refused = 0;
    long started = System.nanoTime();
    encoder.encode(lines.iterator(), TASK, new Counting(), (done, sum) -> tokens = sum);
    long nanos = System.nanoTime() - started;
    if (refused == lines.size()) {
      throw new IsoglossException(ErrorCode.BAD_INPUT_FILE, "no line could be encoded");
    }
    return tokens * (double) TimeUnit.SECONDS.toNanos(1) / nanos;
  }

  /** Tokens of one round. */
  long tokens() {
    return tokens;
  }

  private final class Counting implements ResultWriter {
    @Override
    public void write(LineResult result) {
      if (result instanceof LineResult.Refusal) {
        refused++;
      }
    }

    @Override
    public void close() {}
  }
}
