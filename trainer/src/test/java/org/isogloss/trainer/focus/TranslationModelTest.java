package org.isogloss.trainer.focus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TranslationModelTest {
  /** das Haus, das Buch, ein Buch; the house, the book, a book: the example of the textbooks. */
  @Test
  void theTextbooksExampleConvergesToItsTranslations() {
    List<int[]> german = List.of(new int[] {0, 1}, new int[] {0, 2}, new int[] {3, 2});
    List<int[]> english = List.of(new int[] {0, 1}, new int[] {0, 2}, new int[] {3, 2});
    TranslationModel model = TranslationModel.learn(german, english, 4, 60);
    for (int word = 0; word < 4; word++) {
      assertThat(model.probability(word, word)).isGreaterThan(0.9f);
    }
    assertThat(model.probability(1, 3)).isZero();
  }

  @Test
  void probabilitiesOfAPieceSumToOne() {
    Random random = new Random(3);
    List<int[]> from = new ArrayList<>();
    List<int[]> to = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      from.add(random.ints(1 + random.nextInt(9), 0, 50).toArray());
      to.add(random.ints(random.nextInt(9), 0, 70).toArray());
    }
    TranslationModel model = TranslationModel.learn(from, to, 50, 4);
    for (int piece = 0; piece <= 50; piece++) {
      double sum = 0;
      for (float probability : model.probabilities(piece)) {
        sum += probability;
      }
      assertThat(model.targets(piece)).isSorted().doesNotHaveDuplicates();
      if (model.targets(piece).length > 0) {
        assertThat(sum).isCloseTo(1, within(1e-4));
      }
    }
  }

  /** One step by the formula, with nothing clever. */
  @Test
  void aStepIsExpectationAndMaximisation() {
    List<int[]> from = List.of(new int[] {0, 1, 0}, new int[] {1});
    List<int[]> to = List.of(new int[] {0, 1}, new int[] {1, 1});
    TranslationModel model = TranslationModel.learn(from, to, 2, 1);
    // t is 1/2 everywhere; in the first pair each of four sources gets a quarter of each target, in
    // the second, piece 1 and the empty piece each get half of each target.
    assertThat(model.probability(0, 0)).isCloseTo(0.5f, within(1e-6f));
    assertThat(model.probability(1, 0)).isCloseTo(0.25f / 1.5f, within(1e-6f));
    assertThat(model.probability(1, 1)).isCloseTo(1.25f / 1.5f, within(1e-6f));
    assertThat(model.probability(2, 1)).isCloseTo(1.25f / 1.5f, within(1e-6f));
  }
}
