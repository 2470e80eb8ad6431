package org.isogloss.encoder.engine;

import org.isogloss.encoder.space.Pooling;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * How a backbone is run.
 *
 * @param layers the first so many layers
 * @param maxTokens longer sentences are truncated and flagged; special tokens count
 * @param threads of one native call on the CPU
 */
public record EncoderOptions(
    int layers, Pooling pooling, Device device, Precision precision, int maxTokens, int threads) {
  public static final int DEFAULT_MAX_TOKENS = 128;

  public EncoderOptions {
    if (layers < 1 || maxTokens < 3 || threads < 1) {
      throw new IllegalArgumentException(
          "layers %d, maxTokens %d, threads %d".formatted(layers, maxTokens, threads));
    }
    if (device.isCpu() && precision != Precision.FP32) {
      throw new IsoglossException(
          ErrorCode.BAD_OPTION,
          "on the CPU only fp32 is fast enough to be of use, not " + precision.label());
    }
  }

  /** Mean pooling in single precision on all cores of this machine. */
  public static EncoderOptions onCpu(int layers) {
    return new EncoderOptions(
        layers,
        Pooling.MEAN,
        Device.CPU,
        Precision.FP32,
        DEFAULT_MAX_TOKENS,
        Runtime.getRuntime().availableProcessors());
  }

  /** The same with so many threads. */
  public EncoderOptions withThreads(int count) {
    return new EncoderOptions(layers, pooling, device, precision, maxTokens, count);
  }
}
