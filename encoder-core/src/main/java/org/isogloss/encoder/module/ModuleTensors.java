package org.isogloss.encoder.module;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isogloss.encoder.backbone.BackboneConfig;

/** Names and shapes of a module's tensors: the table in the package's description, as code. */
public final class ModuleTensors {
  public static final String TABLE = "embeddings.weight";
  public static final String MEAN = "post_processing.mean";
  public static final String WHITENING = "post_processing.whitening";
  public static final String AFFINE_MATRIX = "affine.matrix";
  public static final String AFFINE_OFFSET = "affine.offset";
  public static final String LANGUAGE_ADAPTATION = "language_adaptation";
  public static final String SENTENCE_ENCODING = "sentence_encoding";

  private static final String ADAPTER = "adapter";

  private ModuleTensors() {}

  /** The name of a LoRA's A, {@code [rank][inputs]}; its B is {@link #loraB}. */
  public static String loraA(String stage, int layer, LinearTarget target) {
    return stage + "." + layer + "." + target.label() + ".a";
  }

  /** The name of a LoRA's B, {@code [outputs][rank]}. */
  public static String loraB(String stage, int layer, LinearTarget target) {
    return stage + "." + layer + "." + target.label() + ".b";
  }

  static List<Long> shapeOfA(LinearTarget target, long rank, BackboneConfig backbone) {
    return List.of(rank, (long) target.inputs(backbone.hiddenSize(), backbone.intermediateSize()));
  }

  static List<Long> shapeOfB(LinearTarget target, long rank, BackboneConfig backbone) {
    return List.of((long) target.outputs(backbone.hiddenSize(), backbone.intermediateSize()), rank);
  }

  /**
   * The name of a parallel adapter's tensor.
   *
   * @param part {@code down.weight}, {@code down.bias}, {@code up.weight} or {@code up.bias}
   */
  public static String adapter(int layer, String part) {
    return ADAPTER + "." + layer + "." + part;
  }

  /** Whether a tensor of this name is of the sentence encoding. */
  public static boolean isSentenceEncoding(String name) {
    return name.startsWith(SENTENCE_ENCODING + ".");
  }

  /**
   * Whether files may hold a tensor of this name in 8 bits: matrices of adapters, LoRA, affine
   * maps.
   */
  static boolean mayBeEightBit(String name) {
    return name.equals(AFFINE_MATRIX)
        || (name.startsWith(ADAPTER + ".") && name.endsWith(".weight"))
        || name.startsWith(LANGUAGE_ADAPTATION + ".")
        || isSentenceEncoding(name);
  }

  /** Every tensor that a manifest implies, with its shape, in the order files are written. */
  public static Map<String, List<Long>> expected(ModuleManifest manifest, BackboneConfig backbone) {
    Map<String, List<Long>> tensors = new LinkedHashMap<>();
    long hidden = backbone.hiddenSize();
    long dimension = manifest.common().dimension();
    int layers = manifest.common().layers();
    switch (manifest) {
      case ModuleManifest.Language module -> {
        module.pieces().ifPresent(pieces -> tensors.put(TABLE, List.of((long) pieces, hidden)));
        lora(tensors, LANGUAGE_ADAPTATION, module.languageAdaptation(), layers, backbone);
        lora(tensors, SENTENCE_ENCODING, module.sentenceEncoding(), layers, backbone);
        switch (module.postProcessing()) {
          case NONE -> {}
          case CENTRE -> tensors.put(MEAN, List.of(dimension));
          case WHITEN -> {
            tensors.put(MEAN, List.of(dimension));
            tensors.put(WHITENING, List.of(dimension, dimension));
          }
        }
      }
      case ModuleManifest.Alignment module -> {
        module
            .adapter()
            .ifPresent(
                shape -> {
                  for (int layer = 0; layer < layers; layer++) {
                    long bottleneck = shape.bottleneck();
                    tensors.put(adapter(layer, "down.weight"), List.of(bottleneck, hidden));
                    tensors.put(adapter(layer, "down.bias"), List.of(bottleneck));
                    tensors.put(adapter(layer, "up.weight"), List.of(hidden, bottleneck));
                    tensors.put(adapter(layer, "up.bias"), List.of(hidden));
                  }
                });
        if (module.affine()) {
          tensors.put(AFFINE_MATRIX, List.of(dimension, dimension));
          tensors.put(AFFINE_OFFSET, List.of(dimension));
        }
      }
    }
    return tensors;
  }

  private static void lora(
      Map<String, List<Long>> tensors,
      String stage,
      Optional<LoraShape> lora,
      int layers,
      BackboneConfig backbone) {
    if (lora.isEmpty()) {
      return;
    }
    LoraShape shape = lora.get();
    long rank = shape.rank();
    for (int layer = 0; layer < layers; layer++) {
      for (LinearTarget target : shape.targets()) {
        tensors.put(loraA(stage, layer, target), shapeOfA(target, rank, backbone));
        tensors.put(loraB(stage, layer, target), shapeOfB(target, rank, backbone));
      }
    }
  }
}
