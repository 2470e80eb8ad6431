package org.isogloss.trainer.adapt;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.isogloss.encoder.engine.TrainableLanguage;
import org.isogloss.encoder.tokenize.TokenSequence;

/**
 * Hides pieces of a sentence (Devlin et al. 2019): each but the first and the last, which are
 * special, is chosen with a probability of 15 %, at least one; of these 80 % become the mask, 10 %
 * any piece, and 10 % stay.
 *
 * @param mask id of the mask
 * @param pieces how many there are
 */
public record Masking(int mask, int pieces) {
  private static final double CHOSEN = 0.15;
  private static final double MASKED = 0.8;
  private static final double REPLACED = 0.1;

  /** The same random numbers hide the same pieces. */
  public TrainableLanguage.Masked hide(TokenSequence sentence, Random random) {
    int[] ids = sentence.toArray();
    List<Integer> places = new ArrayList<>();
    for (int place = 1; place < ids.length - 1; place++) {
      if (random.nextDouble() < CHOSEN) {
        places.add(place);
      }
    }
    if (places.isEmpty() && ids.length > 2) {
      places.add(1 + random.nextInt(ids.length - 2));
    }
    List<Integer> hidden = new ArrayList<>();
    for (int place : places) {
      hidden.add(ids[place]);
      double draw = random.nextDouble();
      if (draw < MASKED) {
        ids[place] = mask;
      } else if (draw < MASKED + REPLACED) {
        ids[place] = random.nextInt(pieces);
      }
    }
    return new TrainableLanguage.Masked(
        new TokenSequence(ids, sentence.truncated()), places, hidden);
  }
}
