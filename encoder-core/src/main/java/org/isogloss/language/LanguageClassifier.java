package org.isogloss.language;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.Character.UnicodeScript;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/** The classifier, as the package says. Immutable. */
public final class LanguageClassifier {
  private static final String RESOURCE = "languages.bin";
  private static final int MAGIC = 0x49534c44;
  private static final int VERSION = 1;
  private static final int MOST_ENTRIES = 1_000;

  private final Map<UnicodeScript, ScriptWeights> scripts;
  private final SortedMap<String, FamiliarNgrams> familiar;
  private final double sharpness;

  /**
   * @param scripts one for each script
   * @param familiar by language, for each language of the scripts and no other
   * @param sharpness by which scores are multiplied before they become probabilities, above 0
   */
  public LanguageClassifier(
      List<ScriptWeights> scripts, Map<String, FamiliarNgrams> familiar, double sharpness) {
    EnumMap<UnicodeScript, ScriptWeights> byScript = new EnumMap<>(UnicodeScript.class);
    for (ScriptWeights each : scripts) {
      if (byScript.put(each.script(), each) != null) {
        throw new IllegalArgumentException(each.script() + " stands twice");
      }
      if (!familiar.keySet().containsAll(each.languages())) {
        throw new IllegalArgumentException("nothing is familiar of one of " + each.languages());
      }
    }
    if (scripts.stream().flatMap(each -> each.languages().stream()).distinct().count()
        != familiar.size()) {
      throw new IllegalArgumentException("a language without a script");
    }
    if (!(sharpness > 0 && sharpness < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("no sharpness: " + sharpness);
    }
    this.scripts = byScript;
    this.familiar = new TreeMap<>(familiar);
    this.sharpness = sharpness;
  }

  /**
   * The classifier that comes with the program (some 2 MB of heap).
   *
   * @throws IsoglossException MODEL_FILE_MISSING if it is not on the class path or damaged
   */
  public static LanguageClassifier shipped() {
    try (InputStream in = LanguageClassifier.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IsoglossException(
            ErrorCode.MODEL_FILE_MISSING, "the classifier of languages is not on the class path");
      }
      return read(in.readAllBytes());
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.MODEL_FILE_MISSING, "the classifier of languages cannot be read: " + e, e);
    }
  }

  /** The languages it knows, in order. */
  public List<String> languages() {
    return List.copyOf(familiar.keySet());
  }

  /** Its guess; empty for a text without letters, or in a script in which it knows no language. */
  public Optional<LanguageGuess> guess(String text) {
    return ScriptCounts.of(text).dominant().flatMap(script -> guess(text, script));
  }

  /**
   * Its guess.
   *
   * @param script of most of the text's letters
   * @return empty where it knows no language in that script
   */
  public Optional<LanguageGuess> guess(String text, UnicodeScript script) {
    ScriptWeights weights = scripts.get(script);
    if (weights == null) {
      return Optional.empty();
    }
    Ngrams ngrams = Ngrams.of(text);
    double[] scores = weights.scores(ngrams);
    int best = 0;
    for (int i = 1; i < scores.length; i++) {
      if (scores[i] > scores[best]) {
        best = i;
      }
    }
    double others = 0;
    for (double score : scores) {
      others += Math.exp(sharpness * (score - scores[best]));
    }
    String language = weights.languages().get(best);
    FamiliarNgrams known = familiar.getOrDefault(language, NONE);
    double share = known.share(ngrams);
    return Optional.of(new LanguageGuess(language, 1 / others, share, known.ordinary()));
  }

  // Every language has its own, as the constructor sees to; this one is for the compiler.
  private static final FamiliarNgrams NONE = new FamiliarNgrams(6, new long[1], 0);

  /**
   * The classifier as bytes, big-endian: the magic number and version (int each); the sharpness
   * (double); the number of languages (int), and for each its code (UTF), the ordinary familiarity
   * (float), the set's bits (byte) and words (long each); the number of scripts (int), and for each
   * its name as in {@link UnicodeScript} (UTF), its languages (byte, then UTF each), the table's
   * bits (byte), the scale (float) and the weights (byte each); last the CRC-32C of all before it
   * (int).
   */
  public byte[] write() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(MAGIC);
      out.writeInt(VERSION);
      out.writeDouble(sharpness);
      out.writeInt(familiar.size());
      for (Map.Entry<String, FamiliarNgrams> each : familiar.entrySet()) {
        out.writeUTF(each.getKey());
        out.writeFloat((float) each.getValue().ordinary());
        out.writeByte(each.getValue().bits());
        for (long word : each.getValue().words()) {
          out.writeLong(word);
        }
      }
      out.writeInt(scripts.size());
      for (ScriptWeights each : scripts.values()) {
        out.writeUTF(each.script().name());
        out.writeByte(each.languages().size());
        for (String language : each.languages()) {
          out.writeUTF(language);
        }
        out.writeByte(each.bits());
        out.writeFloat(each.scale());
        out.write(each.weights());
      }
      out.writeInt(checksum(bytes.toByteArray(), bytes.size()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IsoglossException MODEL_FILE_MISSING if it is something else, or damaged
   */
  public static LanguageClassifier read(byte[] bytes) {
    int body = bytes.length - Integer.BYTES;
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      if (in.readInt() != MAGIC || in.readInt() != VERSION) {
        throw damaged("it is no classifier of languages of this version");
      }
      if (checksum(bytes, body) != lastInt(bytes)) {
        throw damaged("its checksum is wrong");
      }
      double sharpness = in.readDouble();
      Map<String, FamiliarNgrams> familiar = new TreeMap<>();
      for (int left = count(in.readInt()); left > 0; left--) {
        familiar.put(in.readUTF(), familiar(in));
      }
      List<ScriptWeights> scripts = new ArrayList<>();
      for (int left = count(in.readInt()); left > 0; left--) {
        scripts.add(weights(in));
      }
      if (in.available() != Integer.BYTES) {
        throw damaged("it goes on after its end");
      }
      return new LanguageClassifier(scripts, familiar, sharpness);
    } catch (IOException | IllegalArgumentException e) {
      throw new IsoglossException(
          ErrorCode.MODEL_FILE_MISSING, "the classifier of languages is damaged: " + e, e);
    }
  }

  private static FamiliarNgrams familiar(DataInputStream in) throws IOException {
    double ordinary = in.readFloat();
    int bits = in.readByte();
    long[] words = new long[bits < 6 || bits > 24 ? 0 : 1 << (bits - 6)];
    for (int i = 0; i < words.length; i++) {
      words[i] = in.readLong();
    }
    return new FamiliarNgrams(bits, words, ordinary);
  }

  private static ScriptWeights weights(DataInputStream in) throws IOException {
    UnicodeScript script = UnicodeScript.valueOf(in.readUTF());
    List<String> languages = new ArrayList<>();
    for (int left = in.readByte(); left > 0; left--) {
      languages.add(in.readUTF());
    }
    int bits = in.readByte();
    float scale = in.readFloat();
    long size = languages.size() < 2 ? 0 : (long) languages.size() << bits;
    if (bits < 1 || bits > 24 || size > in.available()) {
      throw damaged("a table of 2^" + bits + " rows");
    }
    return new ScriptWeights(script, languages, bits, in.readNBytes((int) size), scale);
  }

  private static int count(int number) throws IOException {
    if (number < 1 || number > MOST_ENTRIES) {
      throw damaged(number + " entries");
    }
    return number;
  }

  private static IOException damaged(String how) {
    return new IOException(how);
  }

  private static int checksum(byte[] bytes, int length) {
    CRC32C sum = new CRC32C();
    sum.update(bytes, 0, Math.max(0, length));
    return (int) sum.getValue();
  }

  private static int lastInt(byte[] bytes) throws IOException {
    byte[] last = Arrays.copyOfRange(bytes, bytes.length - Integer.BYTES, bytes.length);
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(last))) {
      return in.readInt();
    }
  }
}
