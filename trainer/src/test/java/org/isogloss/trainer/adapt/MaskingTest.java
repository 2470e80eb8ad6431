package org.isogloss.trainer.adapt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.isogloss.encoder.engine.TrainableLanguage;
import org.isogloss.encoder.tokenize.TokenSequence;
import org.junit.jupiter.api.Test;

class MaskingTest {
  private static final long SEED = Long.getLong("isogloss.seed", 20261124L);
  private static final int MASK = 4;
  private static final int PIECES = 1_000;

  private final Masking masking = new Masking(MASK, PIECES);

  @Test
  void fifteenPercentAreHiddenAndMostOfThemMasked() {
    Random random = new Random(SEED);
    int[] ids = new int[102];
    Arrays.fill(ids, 77);
    ids[0] = 2;
    ids[101] = 3;
    int hidden = 0;
    int masked = 0;
    int left = 0;
    int trials = 2_000;
    for (int i = 0; i < trials; i++) {
      TrainableLanguage.Masked sentence = masking.hide(new TokenSequence(ids, false), random);
      assertThat(sentence.pieces()).containsOnly(77);
      assertThat(sentence.tokens().id(0)).isEqualTo(2);
      assertThat(sentence.tokens().id(101)).isEqualTo(3);
      for (int place : sentence.places()) {
        hidden++;
        masked += sentence.tokens().id(place) == MASK ? 1 : 0;
        left += sentence.tokens().id(place) == 77 ? 1 : 0;
      }
    }
    assertThat(hidden / (100.0 * trials)).as("seed %d", SEED).isEqualTo(0.15, within(0.01));
    assertThat((double) masked / hidden).as("seed %d", SEED).isEqualTo(0.8, within(0.01));
    assertThat((double) left / hidden).as("seed %d", SEED).isEqualTo(0.1, within(0.01));
  }

  @Test
  void evenTheShortestSentenceHidesAPieceAndTheSameSeedHidesTheSame() {
    TokenSequence sentence = new TokenSequence(new int[] {2, 50, 3}, false);
    for (int seed = 0; seed < 50; seed++) {
      TrainableLanguage.Masked hidden = masking.hide(sentence, new Random(seed));
      assertThat(hidden.places()).containsExactly(1);
      assertThat(hidden).isEqualTo(masking.hide(sentence, new Random(seed)));
    }
  }
}
