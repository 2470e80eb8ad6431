package org.isogloss.encoder.backbone;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedSet;

/**
 * A small checkpoint of random weights, in the same layout as a real one: for tests, and for
 * measuring everything but the model. The same options give the same bytes. Its vocabulary is the
 * single characters of many scripts, at the beginning and inside of words, so that real text rarely
 * becomes unknown.
 */
public final class RandomBackbone {
  private static final double SPREAD = 0.3;

  /** First and last code point of what is taken whole: alphabets, syllabaries, punctuation. */
  private static final int[][] BLOCKS = {
    {0x0021, 0x024F}, // Latin
    {0x0300, 0x036F}, // combining marks
    {0x0370, 0x03FF}, // Greek
    {0x0400, 0x052F}, // Cyrillic
    {0x0531, 0x0587}, // Armenian
    {0x05D0, 0x05EA}, // Hebrew
    {0x0600, 0x06FF}, // Arabic
    {0x0900, 0x097F}, // Devanagari
    {0x0980, 0x09FF}, // Bengali
    {0x0B80, 0x0BFF}, // Tamil
    {0x0C00, 0x0C7F}, // Telugu
    {0x0E01, 0x0E5B}, // Thai
    {0x10D0, 0x10FF}, // Georgian
    {0x1200, 0x137F}, // Ethiopic
    {0x1E00, 0x1EFF}, // Latin, Vietnamese among it
    {0x2010, 0x2027}, // punctuation
    {0x20A0, 0x20BF}, // currencies
    {0x3001, 0x3011}, // punctuation of Chinese and Japanese
    {0x3041, 0x30FF}, // kana
    {0xFF01, 0xFF20}, // full-width forms
  };

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
    SequencedSet<String> pieces =
        new LinkedHashSet<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"));
    for (int[] block : BLOCKS) {
      for (int codePoint = block[0]; codePoint <= block[1]; codePoint++) {
        if (isVisible(codePoint)) {
          addBothForms(pieces, codePoint);
        }
      }
    }
    // The syllables in use: those of KS X 1001, a fifth of the block.
    CharsetEncoder korean = Charset.forName("EUC-KR").newEncoder();
    for (int syllable = 0xAC00; syllable <= 0xD7A3; syllable++) {
      if (korean.canEncode((char) syllable)) {
        addBothForms(pieces, syllable);
      }
    }
    // Rows 16 to 55 of GB 2312 hold the common characters. Each is a word of its own, so the form
    // inside of words is not needed.
    Charset chinese = Charset.forName("GB2312");
    for (int row = 0xB0; row <= 0xD7; row++) {
      for (int cell = 0xA1; cell <= 0xFE; cell++) {
        String character = new String(new byte[] {(byte) row, (byte) cell}, chinese);
        if (Character.isIdeographic(character.codePointAt(0))) {
          pieces.add(character);
        }
      }
    }
    return List.copyOf(pieces);
  }

  private static void addBothForms(SequencedSet<String> pieces, int codePoint) {
    String character = Character.toString(codePoint);
    pieces.add(character);
    pieces.add("##" + character);
  }

  private static boolean isVisible(int codePoint) {
    return Character.isDefined(codePoint)
        && !Character.isWhitespace(codePoint)
        && !Character.isSpaceChar(codePoint)
        && !Character.isISOControl(codePoint)
        && Character.getType(codePoint) != Character.FORMAT;
  }
}
