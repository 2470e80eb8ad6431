package org.isogloss.encoder.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.isogloss.encoder.encode.SentenceVector;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.ModuleTensors;
import org.isogloss.encoder.module.PostProcessing;
import org.isogloss.encoder.space.Provenance;
import org.isogloss.encoder.space.View;

/**
 * A language whose modules leave text, tokens and layers alone: what they make of the bare
 * backbone's pooled vector m. p = P (m − μ), e = L2(p) in the monolingual view and L2(R p + r) in
 * the cross-lingual one, in float32 as the program computes them, up to the order of sums. So one
 * forward pass serves every such module. Immutable and safe on any thread.
 */
public final class AfterPooling {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  private final Map<View, List<Step>> steps;
  private final Map<View, Provenance> provenance;

  private AfterPooling(Map<View, List<Step>> steps, Map<View, Provenance> provenance) {
    this.steps = steps;
    this.provenance = provenance;
  }

  /** The bare backbone: nothing but unit length. */
  static AfterPooling nothing(Map<View, Provenance> provenance) {
    return new AfterPooling(
        Map.of(View.MONOLINGUAL, List.of(), View.CROSS_LINGUAL, List.of()), provenance);
  }

  /** Whether a language's modules act after pooling only. */
  static boolean suffices(
      Optional<ModuleManifest.Language> language, Optional<ModuleManifest.Alignment> alignment) {
    boolean languageAfter =
        language
            .map(
                module ->
                    module.pieces().isEmpty()
                        && module.transliteration().isEmpty()
                        && module.languageAdaptation().isEmpty()
                        && module.sentenceEncoding().isEmpty())
            .orElse(true);
    return languageAfter && alignment.map(module -> module.adapter().isEmpty()).orElse(true);
  }

  /**
   * Reads the tensors of modules for which {@link #suffices} holds; the files stay the caller's.
   */
  static AfterPooling read(
      Optional<ModuleFiles> language,
      Optional<ModuleFiles> alignment,
      Map<View, Provenance> provenance) {
    List<Step> monolingual = new ArrayList<>();
    language.ifPresent(
        files -> {
          if (files.manifest() instanceof ModuleManifest.Language module) {
            if (module.postProcessing() != PostProcessing.NONE) {
              monolingual.add(new Centre(floats(files, ModuleTensors.MEAN)));
            }
            if (module.postProcessing() == PostProcessing.WHITEN) {
              float[] matrix = floats(files, ModuleTensors.WHITENING);
              monolingual.add(new Linear(matrix, new float[module.common().dimension()]));
            }
          }
        });
    List<Step> crossLingual = new ArrayList<>(monolingual);
    alignment.ifPresent(
        files -> {
          if (files.manifest() instanceof ModuleManifest.Alignment module && module.affine()) {
            crossLingual.add(
                new Linear(
                    floats(files, ModuleTensors.AFFINE_MATRIX),
                    floats(files, ModuleTensors.AFFINE_OFFSET)));
          }
        });
    return new AfterPooling(
        Map.of(
            View.MONOLINGUAL,
            List.copyOf(monolingual),
            View.CROSS_LINGUAL,
            List.copyOf(crossLingual)),
        provenance);
  }

  private static float[] floats(ModuleFiles files, String name) {
    return files.tensor(name).toFloats();
  }

  /**
   * The vector of a sentence.
   *
   * @param pooled {@code [dimension]}, of the bare backbone; left as it is
   * @return empty if it has no direction: it is zero, or holds NaN or an infinite value
   */
  public Optional<SentenceVector> vector(float[] pooled, View view) {
    Provenance made = provenance.get(view);
    List<Step> todo = steps.get(view);
    if (made == null || todo == null) {
      throw new IllegalArgumentException("no view " + view);
    }
    float[] values = pooled;
    for (Step step : todo) {
      values = step.apply(values);
    }
    float[] unit = new float[values.length];
    return UnitLength.normalise(values, 0, unit)
        ? Optional.of(new SentenceVector(made, unit))
        : Optional.empty();
  }

  private sealed interface Step permits Centre, Linear {
    float[] apply(float[] vector);
  }

  /** v − μ. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Centre(float[] mean) implements Step {
    @Override
    public float[] apply(float[] vector) {
      float[] result = new float[vector.length];
      for (int i = 0; i < result.length; i++) {
        result[i] = vector[i] - mean[i];
      }
      return result;
    }
  }

  /**
   * M v + b.
   *
   * @param matrix {@code [dimension][dimension]}, row-major
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Linear(float[] matrix, float[] offset) implements Step {
    @Override
    public float[] apply(float[] vector) {
      int dimension = vector.length;
      int bound = SPECIES.loopBound(dimension);
      float[] result = new float[dimension];
      for (int row = 0; row < dimension; row++) {
        int at = row * dimension;
        FloatVector sum = FloatVector.zero(SPECIES);
        int i = 0;
        for (; i < bound; i += SPECIES.length()) {
          sum =
              FloatVector.fromArray(SPECIES, matrix, at + i)
                  .fma(FloatVector.fromArray(SPECIES, vector, i), sum);
        }
        float total = sum.reduceLanes(VectorOperators.ADD);
        for (; i < dimension; i++) {
          total = Math.fma(matrix[at + i], vector[i], total);
        }
        result[row] = total + offset[row];
      }
      return result;
    }
  }
}
