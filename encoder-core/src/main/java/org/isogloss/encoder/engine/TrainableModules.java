package org.isogloss.encoder.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SequencedMap;
import org.isogloss.encoder.module.LinearTarget;
import org.isogloss.encoder.module.LoraShape;
import org.isogloss.encoder.module.ModuleDraft;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.ModuleTensors;
import org.isogloss.encoder.space.View;

/**
 * The modules of one language as tensors that gradients can be taken with respect to: each tensor
 * of the module's file is one, under its name, unscaled and unjoined. Nothing is left out for being
 * zero, as it is for serving: that is where training begins.
 *
 * <p>The tensors are copies and belong to the manager given. Not safe for several threads.
 */
final class TrainableModules implements ComposedModules<TrainableModules.Part> {
  /**
   * Tensors of a part in the order that the gradient program wants them, and the numbers they are
   * scaled by.
   */
  record Part(List<NDArray> tensors, List<Double> factors) {
    Part {
      tensors = List.copyOf(tensors);
      factors = List.copyOf(factors);
    }

    /** Whether a language part has low-rank pairs beside its table. */
    boolean lowRank() {
      return tensors.size() > 1;
    }
  }

  /** Of an adapter: weight and bias of down and up. */
  private static final int TENSORS_PER_LAYER = 4;

  private final SequencedMap<String, NDArray> languageTensors;
  private final SequencedMap<String, NDArray> alignmentTensors;
  private final Part language;
  private final boolean actsOnTokens;
  private final Optional<Part> adapter;
  private final Optional<Part> monolingualFinish;
  private final Optional<Part> crossLingualFinish;

  private TrainableModules(
      NDManager owner,
      DataType type,
      Optional<ModuleDraft> languageDraft,
      Optional<ModuleDraft> alignmentDraft) {
    this.languageTensors = copies(owner, type, languageDraft);
    this.alignmentTensors = copies(owner, type, alignmentDraft);
    NDArray empty = owner.create(new Shape(0), type);
    this.language =
        languagePart(languageDraft.map(draft -> (ModuleManifest.Language) draft.manifest()), empty);
    this.actsOnTokens = language.lowRank() || languageTensors.containsKey(ModuleTensors.TABLE);
    this.adapter =
        alignmentDraft
            .map(draft -> (ModuleManifest.Alignment) draft.manifest())
            .filter(manifest -> manifest.adapter().isPresent())
            .map(this::adapterPart);
    List<NDArray> post =
        List.of(
            languageTensors.getOrDefault(ModuleTensors.MEAN, empty),
            languageTensors.getOrDefault(ModuleTensors.WHITENING, empty));
    this.monolingualFinish =
        languageTensors.containsKey(ModuleTensors.MEAN)
            ? Optional.of(finish(post, List.of(empty, empty)))
            : Optional.empty();
    NDArray matrix = alignmentTensors.get(ModuleTensors.AFFINE_MATRIX);
    NDArray offset = alignmentTensors.get(ModuleTensors.AFFINE_OFFSET);
    this.crossLingualFinish =
        matrix != null && offset != null
            ? Optional.of(finish(post, List.of(matrix, offset)))
            : monolingualFinish;
  }

  /**
   * Copies the tensors of modules, whose files the caller may close then.
   *
   * @param type FLOAT32, or FLOAT64 to check gradients
   */
  static TrainableModules of(
      NDManager owner,
      DataType type,
      Optional<ModuleDraft> language,
      Optional<ModuleDraft> alignment) {
    return new TrainableModules(owner, type, language, alignment);
  }

  /** The language module's tensors by name, to be marked as requiring gradients, and updated. */
  SequencedMap<String, NDArray> languageTensors() {
    return Collections.unmodifiableSequencedMap(languageTensors);
  }

  /** The alignment module's tensors by name. */
  SequencedMap<String, NDArray> alignmentTensors() {
    return Collections.unmodifiableSequencedMap(alignmentTensors);
  }

  @Override
  public Part language() {
    return language;
  }

  @Override
  public boolean actsOnTokens() {
    return actsOnTokens;
  }

  @Override
  public Optional<Part> adapter() {
    return adapter;
  }

  @Override
  public Optional<Part> finish(View view) {
    return switch (view) {
      case MONOLINGUAL -> monolingualFinish;
      case CROSS_LINGUAL -> crossLingualFinish;
    };
  }

  /**
   * The same while units of the adapter's bottleneck are left out.
   *
   * @param step owns what is made for it
   */
  ComposedModules<Part> without(NDManager step, Dropout dropout) {
    if (dropout.share() == 0 || adapter.isEmpty()) {
      return this;
    }
    Random random = new Random(dropout.seed());
    List<NDArray> tensors = new ArrayList<>(adapter.get().tensors());
    for (int up = 2; up < tensors.size(); up += TENSORS_PER_LAYER) {
      NDArray matrix = tensors.get(up);
      float[] factors = new float[(int) matrix.getShape().get(1)];
      for (int unit = 0; unit < factors.length; unit++) {
        factors[unit] =
            random.nextDouble() < dropout.share() ? 0 : (float) (1 / (1 - dropout.share()));
      }
      NDArray kept =
          matrix.mul(
              GradientProgram.tensor(
                  step, factors, new Shape(1, factors.length), matrix.getDataType()));
      kept.attach(step);
      tensors.set(up, kept);
    }
    return new Dropped(this, new Part(tensors, adapter.get().factors()));
  }

  private record Dropped(TrainableModules of, Part kept) implements ComposedModules<Part> {
    @Override
    public Part language() {
      return of.language();
    }

    @Override
    public boolean actsOnTokens() {
      return of.actsOnTokens();
    }

    @Override
    public Optional<Part> adapter() {
      return Optional.of(kept);
    }

    @Override
    public Optional<Part> finish(View view) {
      return of.finish(view);
    }
  }

  private Part languagePart(Optional<ModuleManifest.Language> manifest, NDArray empty) {
    List<NDArray> tensors = new ArrayList<>();
    tensors.add(languageTensors.getOrDefault(ModuleTensors.TABLE, empty));
    Optional<LoraShape> adaptation = manifest.flatMap(ModuleManifest.Language::languageAdaptation);
    Optional<LoraShape> encoding = manifest.flatMap(ModuleManifest.Language::sentenceEncoding);
    if (manifest.isPresent() && (adaptation.isPresent() || encoding.isPresent())) {
      for (int layer = 0; layer < manifest.get().common().layers(); layer++) {
        for (LinearTarget target : LinearTarget.values()) {
          for (String stage :
              List.of(ModuleTensors.LANGUAGE_ADAPTATION, ModuleTensors.SENTENCE_ENCODING)) {
            String a = ModuleTensors.loraA(stage, layer, target);
            String b = ModuleTensors.loraB(stage, layer, target);
            tensors.add(languageTensors.getOrDefault(a, empty));
            tensors.add(languageTensors.getOrDefault(b, empty));
          }
        }
      }
    }
    return new Part(
        tensors,
        List.of(
            adaptation.map(LoraShape::scale).orElse(1.0),
            encoding.map(LoraShape::scale).orElse(1.0)));
  }

  private Part adapterPart(ModuleManifest.Alignment manifest) {
    List<NDArray> tensors = new ArrayList<>();
    for (int layer = 0; layer < manifest.common().layers(); layer++) {
      for (String part : List.of("down.weight", "down.bias", "up.weight", "up.bias")) {
        NDArray tensor = alignmentTensors.get(ModuleTensors.adapter(layer, part));
        if (tensor == null) {
          throw new IllegalStateException("no " + part + " of layer " + layer);
        }
        tensors.add(tensor);
      }
    }
    return new Part(tensors, List.of(manifest.adapter().orElseThrow().scale()));
  }

  private static Part finish(List<NDArray> post, List<NDArray> affine) {
    List<NDArray> tensors = new ArrayList<>(post);
    tensors.addAll(affine);
    return new Part(tensors, List.of());
  }

  private static SequencedMap<String, NDArray> copies(
      NDManager owner, DataType type, Optional<ModuleDraft> draft) {
    SequencedMap<String, NDArray> copies = new LinkedHashMap<>();
    draft.ifPresent(
        module ->
            module
                .tensors()
                .forEach(
                    (name, entry) ->
                        copies.put(
                            name,
                            GradientProgram.tensor(
                                owner, entry.toFloats(), new Shape(entry.dimensions()), type))));
    return copies;
  }
}
