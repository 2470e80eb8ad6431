package org.isogloss.encoder.backbone;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A small checkpoint of random weights, in the same layout as a real one: for tests, and for
 * measuring everything but the model. The same options give the same bytes. Its vocabulary is
 * single characters of many scripts, so that any text has tokens of its own.
 */
public final class RandomBackbone {
  private static final double SPREAD = 0.3;

  /** Ranges of characters, first and last, of the scripts the vocabulary covers. */
  private static final int[][] SCRIPTS = {
    {'!', '~'},
    {0xA1, 0x17F},
    {0x386, 0x3CE},
    {0x400, 0x4FF},
    {0x5D0, 0x5EA},
    {0x620, 0x6D5},
    {0x901, 0x96F},
    {0xC01, 0xC6F},
    {0x1200, 0x135A},
    {0x3041, 0x30FE},
    {0x4E00, 0x4EFF}
  };

  /** A part of the syllables: enough to tell Korean sentences apart, and the file stays small. */
  private static final int FIRST_HANGUL = 0xAC00;

  private static final int LAST_HANGUL = 0xD7A3;
  private static final int HANGUL_STEP = 4;

  private RandomBackbone() {}

  /**
   * @param hidden a multiple of heads
   */
  public record Options(
      long seed, int layers, int hidden, int heads, int intermediate, int maxPositions) {
    /** Two layers of 32: thousands of sentences a second on any machine. */
    public static final Options TINY = new Options(1, 2, 32, 2, 64, 128);
  }

  /**
   * Writes config.json, model.safetensors, vocab.txt and tokenizer_config.json into a directory.
   */
  public static void write(Path directory, Options options) throws IOException {
    Files.createDirectories(directory);
    List<String> vocabulary = vocabulary();
    Files.writeString(directory.resolve("vocab.txt"), String.join("\n", vocabulary) + "\n", UTF_8);
    Files.writeString(
        directory.resolve("tokenizer_config.json"), "{\"do_lower_case\": false}\n", UTF_8);
    Files.writeString(
        directory.resolve("config.json"),
        """
        {"model_type": "bert", "hidden_size": %d, "num_hidden_layers": %d, "num_attention_heads": %d,
         "intermediate_size": %d, "vocab_size": %d, "max_position_embeddings": %d,
         "type_vocab_size": 2, "pad_token_id": 0, "layer_norm_eps": 1e-12, "hidden_act": "gelu"}
        """
            .formatted(
                options.hidden(),
                options.layers(),
                options.heads(),
                options.intermediate(),
                vocabulary.size(),
                options.maxPositions()),
        UTF_8);
    BackboneConfig config = BackboneConfig.read(directory.resolve("config.json"));
    Random random = new Random(options.seed());
    List<TensorSource> tensors = new ArrayList<>();
    config
        .neededTensors(config.layers())
        .forEach((name, shape) -> tensors.add(tensor(name, shape, random)));
    SafetensorsWriter.write(
        directory.resolve("model.safetensors"), Map.of("format", "pt"), tensors);
  }

  private static TensorSource tensor(String name, List<Long> shape, Random random) {
    float[] values = new float[Math.toIntExact(TensorEntry.elements(shape))];
    boolean norm = name.contains("LayerNorm.weight");
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) ((norm ? 1 : 0) + SPREAD * random.nextGaussian());
    }
    return TensorSource.of(TensorEntry.of(name, shape, values));
  }

  private static List<String> vocabulary() {
    Set<String> pieces = new LinkedHashSet<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"));
    for (int[] range : SCRIPTS) {
      for (int c = range[0]; c <= range[1]; c++) {
        if (Character.isLetterOrDigit(c) || Character.getType(c) >= Character.DASH_PUNCTUATION) {
          pieces.add(Character.toString(c));
          pieces.add("##" + Character.toString(c));
        } else if (Character.getType(c) == Character.NON_SPACING_MARK
            || Character.getType(c) == Character.COMBINING_SPACING_MARK) {
          pieces.add("##" + Character.toString(c));
        }
      }
    }
    for (int c = FIRST_HANGUL; c <= LAST_HANGUL; c += HANGUL_STEP) {
      pieces.add(Character.toString(c));
      pieces.add("##" + Character.toString(c));
    }
    return List.copyOf(pieces);
  }
}
