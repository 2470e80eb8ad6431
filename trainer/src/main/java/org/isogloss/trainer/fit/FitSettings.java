package org.isogloss.trainer.fit;

import java.util.Optional;
import java.util.OptionalInt;
import org.isogloss.encoder.module.WeightStorage;

/**
 * How a module is fitted.
 *
 * @param strength regularisation, see {@link FitMethod}
 * @param components of canonical correlation; empty: all
 * @param sample at most so many sentences or pairs are used
 * @param seed of the draw when there are more
 * @param licence of the module
 * @param dataLicence of the data, if it is known
 * @param storage in how many bits the module is written
 */
public record FitSettings(
    FitMethod method,
    double strength,
    OptionalInt components,
    int sample,
    long seed,
    String licence,
    Optional<String> dataLicence,
    WeightStorage storage) {
  public FitSettings {
    if (!(strength >= 0) || sample < 1 || components.orElse(1) < 1) {
      throw new IllegalArgumentException(
          "strength %s, components %s, sample %d".formatted(strength, components, sample));
    }
  }

  /** Defaults for a method. */
  public static FitSettings of(FitMethod method) {
    return new FitSettings(
        method,
        method.defaultStrength(),
        OptionalInt.empty(),
        5_000,
        1,
        "unstated",
        Optional.empty(),
        WeightStorage.AS_GIVEN);
  }

  public FitSettings withStrength(double value) {
    return new FitSettings(method, value, components, sample, seed, licence, dataLicence, storage);
  }
}
