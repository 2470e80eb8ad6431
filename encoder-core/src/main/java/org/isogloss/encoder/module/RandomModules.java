package org.isogloss.encoder.module;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.BackboneConfig;
import org.isogloss.encoder.backbone.TensorEntry;

/**
 * Modules of random weights, in the same format as real ones: for tests, and for measuring
 * everything but the training. The same arguments give the same bytes.
 */
public final class RandomModules {
  private RandomModules() {}

  /**
   * Writes a module directory, which must not exist.
   *
   * @param tokenizer a {@code tokenizer.json}, exactly when the manifest names pieces
   * @param spread standard deviation of the weights. Square matrices of pooled vectors are the
   *     identity plus such noise
   * @param zero tensors, by name, that are all zero instead
   */
  public static void write(
      Path directory,
      ModuleManifest manifest,
      BackboneConfig config,
      Optional<Path> tokenizer,
      double spread,
      long seed,
      Predicate<String> zero)
      throws IOException {
    Random random = new Random(seed);
    Map<String, TensorEntry> tensors = new HashMap<>();
    ModuleTensors.expected(manifest, config)
        .forEach((name, shape) -> tensors.put(name, tensor(name, shape, spread, random, zero)));
    ModuleFiles.write(directory, manifest, tensors, config, tokenizer);
  }

  /**
   * Writes a language module that subtracts a random mean and does nothing else: the smallest that
   * moves every vector.
   *
   * @param directory must not exist
   * @param layers the backbone's, as it is run
   * @param spread standard deviation of the mean's values
   */
  public static void writeCentring(
      Path directory, Backbone backbone, int layers, String language, double spread, long seed)
      throws IOException {
    ModuleManifest.Common common =
        new ModuleManifest.Common(
            backbone.digest(),
            layers,
            backbone.config().hiddenSize(),
            Map.of(),
            Map.of(),
            "none",
            List.of());
    write(
        directory,
        new ModuleManifest.Language(
            language,
            common,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            PostProcessing.CENTRE),
        backbone.config(),
        Optional.empty(),
        spread,
        seed,
        tensor -> false);
  }

  private static TensorEntry tensor(
      String name, List<Long> shape, double spread, Random random, Predicate<String> zero) {
    int rows = Math.toIntExact(shape.getFirst());
    int columns = shape.size() > 1 ? Math.toIntExact(shape.getLast()) : 1;
    float[] values = new float[Math.multiplyExact(rows, columns)];
    boolean nearIdentity =
        name.equals(ModuleTensors.WHITENING) || name.equals(ModuleTensors.AFFINE_MATRIX);
    if (!zero.test(name)) {
      for (int i = 0; i < values.length; i++) {
        double identity = nearIdentity && i / columns == i % columns ? 1 : 0;
        values[i] = (float) (identity + spread * random.nextGaussian());
      }
    }
    return TensorEntry.of(name, shape, values);
  }
}
