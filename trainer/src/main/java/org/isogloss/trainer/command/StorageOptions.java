package org.isogloss.trainer.command;

import java.util.List;
import org.isogloss.encoder.module.WeightStorage;
import picocli.CommandLine.Option;

/** In how many bits modules are written. */
final class StorageOptions {
  private static final String HALF = "--fp16";
  private static final String EIGHT_BIT = "--eight-bit";

  @Option(
      names = HALF,
      description = "Writes modules in half precision, but for means and offsets.")
  private boolean half;

  @Option(
      names = EIGHT_BIT,
      description = {
        "Writes the matrices of adapters, LoRA and affine maps in 8 bits, a scale for every 64",
        "values; all else in half precision, with or without --fp16."
      })
  private boolean eightBit;

  WeightStorage storage() {
    if (eightBit) {
      return WeightStorage.EIGHT_BIT;
    }
    return half ? WeightStorage.HALF : WeightStorage.AS_GIVEN;
  }

  /** The options that give this storage. */
  static List<String> arguments(WeightStorage storage) {
    return switch (storage) {
      case AS_GIVEN -> List.of();
      case HALF -> List.of(HALF);
      case EIGHT_BIT -> List.of(EIGHT_BIT);
    };
  }
}
