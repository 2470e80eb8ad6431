package org.isogloss.encoder.module;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.isogloss.encoder.backbone.BackboneConfig;
import org.isogloss.encoder.backbone.TensorEntry;

/**
 * A module in the making: its manifest, which may still lack metrics and self-tests, and exactly
 * the tensors that the manifest implies.
 *
 * @param tensors in the order of files; those of an opened module live as long as it is open
 */
public record ModuleDraft(ModuleManifest manifest, Map<String, TensorEntry> tensors) {
  private static final double TABLE_SPREAD = 0.02;

  public ModuleDraft {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }

  /** An opened module as it is, to train on. Its file must stay open as long as the draft is. */
  public static ModuleDraft of(ModuleFiles files, BackboneConfig config) {
    Map<String, TensorEntry> tensors = new LinkedHashMap<>();
    for (String name : ModuleTensors.expected(files.manifest(), config).keySet()) {
      tensors.put(name, files.tensor(name));
    }
    return new ModuleDraft(files.manifest(), tensors);
  }

  /**
   * What training starts from, given some tensors. Of the others, LoRA's A and the adapter's D are
   * uniform in ±1/√inputs (Kaiming, as in PEFT and in AdapterHub's {@code mam_adapter}), B, U and
   * biases are zero, so that a fresh part changes nothing at first; tables are normal with standard
   * deviation 0.02; square maps are the identity. The same arguments give the same values, and a
   * tensor's do not depend on which others are given.
   *
   * @throws IllegalArgumentException if a given tensor has another shape than the manifest says, or
   *     is none of its tensors
   */
  public static ModuleDraft fresh(
      ModuleManifest manifest, BackboneConfig config, Map<String, TensorEntry> given, long seed) {
    Map<String, List<Long>> expected = ModuleTensors.expected(manifest, config);
    Map<String, TensorEntry> tensors = new LinkedHashMap<>();
    expected.forEach(
        (name, shape) -> {
          TensorEntry known = given.get(name);
          if (known != null && !known.shape().equals(shape)) {
            throw new IllegalArgumentException(name + " of " + known.shape() + ", not " + shape);
          }
          tensors.put(name, known == null ? start(name, shape, seed) : known);
        });
    for (String name : new TreeMap<>(given).keySet()) {
      if (!expected.containsKey(name)) {
        throw new IllegalArgumentException("the manifest implies no tensor " + name);
      }
    }
    return new ModuleDraft(manifest, tensors);
  }

  /** The same module with another manifest, which implies the same tensors. */
  public ModuleDraft with(ModuleManifest other) {
    return new ModuleDraft(other, tensors);
  }

  private static TensorEntry start(String name, List<Long> shape, long seed) {
    int rows = Math.toIntExact(shape.getFirst());
    int columns = shape.size() > 1 ? Math.toIntExact(shape.getLast()) : 1;
    float[] values = new float[Math.multiplyExact(rows, columns)];
    Random random = new Random(seed ^ ((long) name.hashCode() << 17));
    if (name.equals(ModuleTensors.TABLE)) {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (TABLE_SPREAD * random.nextGaussian());
      }
    } else if (name.equals(ModuleTensors.WHITENING) || name.equals(ModuleTensors.AFFINE_MATRIX)) {
      for (int i = 0; i < rows; i++) {
        values[i * columns + i] = 1;
      }
    } else if (name.endsWith(".a") || name.endsWith("down.weight")) {
      double bound = 1 / Math.sqrt(columns);
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (bound * (2 * random.nextDouble() - 1));
      }
    }
    return TensorEntry.of(name, shape, values);
  }
}
