package org.isogloss.trainer.identifier;

import java.lang.Character.UnicodeScript;
import java.util.Arrays;
import java.util.List;
import org.isogloss.language.Ngrams;
import org.isogloss.language.ScriptWeights;

/** The weights of one script while they are learnt. For one thread. */
final class WeightTable {
  // Of the weights, so few are cut off; they are the price of finer steps for all the others.
  private static final double CUT_OFF = 0.0001;

  private final UnicodeScript script;
  private final List<String> languages;
  private final int bits;
  private final float[] weights;
  private final double[] errors;

  WeightTable(UnicodeScript script, List<String> languages, int bits) {
    this.script = script;
    this.languages = languages;
    this.bits = bits;
    this.weights = new float[languages.size() << bits];
    this.errors = new double[languages.size()];
  }

  List<String> languages() {
    return languages;
  }

  /**
   * One step down the gradient of the cross-entropy; the features of a text are its n-grams, each
   * worth one over the root of their number, as in {@link ScriptWeights#scores}.
   *
   * @param language index of the right one
   */
  void learn(Ngrams ngrams, int language, double learningRate) {
    if (ngrams.size() == 0) {
      return;
    }
    int count = languages.size();
    int shift = Integer.SIZE - bits;
    double factor = 1 / Math.sqrt(ngrams.size());
    Arrays.fill(errors, 0);
    for (int i = 0; i < ngrams.size(); i++) {
      int row = (ngrams.hash(i) >>> shift) * count;
      for (int each = 0; each < count; each++) {
        errors[each] += weights[row + each];
      }
    }
    probabilities(factor);
    errors[language] -= 1;
    float[] steps = new float[count];
    for (int each = 0; each < count; each++) {
      steps[each] = (float) (learningRate * factor * errors[each]);
    }
    for (int i = 0; i < ngrams.size(); i++) {
      int row = (ngrams.hash(i) >>> shift) * count;
      for (int each = 0; each < count; each++) {
        weights[row + each] -= steps[each];
      }
    }
  }

  /** Turns sums in {@code errors} into probabilities (softmax). */
  private void probabilities(double factor) {
    double greatest = Double.NEGATIVE_INFINITY;
    for (double sum : errors) {
      greatest = Math.max(greatest, sum * factor);
    }
    double total = 0;
    for (int each = 0; each < errors.length; each++) {
      errors[each] = Math.exp(errors[each] * factor - greatest);
      total += errors[each];
    }
    for (int each = 0; each < errors.length; each++) {
      errors[each] /= total;
    }
  }

  /** The weights in a byte each, in even steps up to the greatest but for the few cut off. */
  ScriptWeights quantised() {
    if (languages.size() == 1) {
      return new ScriptWeights(script, languages, bits, new byte[0], 1);
    }
    float[] sizes = new float[weights.length];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = Math.abs(weights[i]);
    }
    Arrays.sort(sizes);
    float greatest = sizes[(int) ((sizes.length - 1) * (1 - CUT_OFF))];
    float scale = greatest > 0 ? greatest / Byte.MAX_VALUE : 1;
    byte[] bytes = new byte[weights.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Math.clamp(Math.round(weights[i] / scale), -127, 127);
    }
    return new ScriptWeights(script, languages, bits, bytes, scale);
  }
}
