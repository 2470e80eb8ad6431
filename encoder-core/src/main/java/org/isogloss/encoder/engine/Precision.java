package org.isogloss.encoder.engine;

import java.util.Locale;

/** In which precision the model runs. Vectors come out in single precision always. */
public enum Precision {
  FP32(6),
  FP16(5),
  BF16(15);

  private final int torchType;

  Precision(int torchType) {
    this.torchType = torchType;
  }

  /** The number of the type in libtorch's {@code ScalarType}. */
  int torchType() {
    return torchType;
  }

  /** As on the command line: {@code fp32}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
