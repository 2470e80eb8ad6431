package org.isogloss.encoder.engine;

import org.isogloss.encoder.space.Pooling;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * How a backbone is run.
 *
 * @param layers the first so many layers
 * @param maxTokens longer sentences are truncated and flagged; special tokens count
 * @param threads on the CPU: native calls side by side, or threads of one call
 * @param moduleMemoryBytes bound on loaded modules; beyond it, those used least recently leave
 *     memory and come back when they are needed. What one micro-batch needs may exceed it
 */
public record EncoderOptions(
    int layers,
    Pooling pooling,
    Device device,
    Precision precision,
    int maxTokens,
    int threads,
    long moduleMemoryBytes) {
  public static final int DEFAULT_MAX_TOKENS = 128;

  /** Room for the modules of dozens of languages, tables included. */
  public static final long DEFAULT_MODULE_MEMORY_BYTES = 4L << 30;

  /** With the default bound on modules. */
  public EncoderOptions(
      int layers, Pooling pooling, Device device, Precision precision, int maxTokens, int threads) {
    this(layers, pooling, device, precision, maxTokens, threads, DEFAULT_MODULE_MEMORY_BYTES);
  }

  public EncoderOptions {
    if (layers < 1 || maxTokens < 3 || threads < 1 || moduleMemoryBytes < 0) {
      throw new IllegalArgumentException(
          "layers %d, maxTokens %d, threads %d, moduleMemoryBytes %d"
              .formatted(layers, maxTokens, threads, moduleMemoryBytes));
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
    return new EncoderOptions(
        layers, pooling, device, precision, maxTokens, count, moduleMemoryBytes);
  }

  /** The same with another bound on loaded modules. */
  public EncoderOptions withModuleMemoryBytes(long bytes) {
    return new EncoderOptions(layers, pooling, device, precision, maxTokens, threads, bytes);
  }
}
