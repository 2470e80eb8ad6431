package org.isogloss.trainer.focus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AuxiliarySpaceTest {
  private static final AuxiliarySpace.Settings SETTINGS =
      new AuxiliarySpace.Settings(8, 3, 50, 2, 1);

  /** Pieces 0 to 9 stand among 20 to 29, pieces 10 to 19 among 30 to 39. */
  private static List<int[]> twoSubjects() {
    Random random = new Random(7);
    List<int[]> sentences = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      int subject = random.nextInt(2);
      sentences.add(
          new int[] {
            10 * subject + random.nextInt(10),
            20 + 10 * subject + random.nextInt(10),
            20 + 10 * subject + random.nextInt(10)
          });
    }
    return sentences;
  }

  @Test
  void piecesOfTheSameNeighboursAreAlike() {
    AuxiliarySpace space = AuxiliarySpace.learn(twoSubjects(), 42, SETTINGS);
    for (int a = 0; a < 10; a++) {
      for (int b = 0; b < 10; b++) {
        assertThat(space.cosine(a, b)).isGreaterThan(space.cosine(a, 10 + b) + 0.3f);
      }
    }
    assertThat(space.cosine(3, 3)).isBetween(0.9999f, 1.0001f);
  }

  @Test
  void rareAndUnseenPiecesHaveNoVector() {
    List<int[]> sentences = new ArrayList<>(twoSubjects());
    sentences.add(new int[] {40, 20});
    AuxiliarySpace space = AuxiliarySpace.learn(sentences, 42, SETTINGS);
    assertThat(space.contains(20)).isTrue();
    assertThat(space.contains(40)).isFalse();
    assertThat(space.contains(41)).isFalse();
    assertThat(AuxiliarySpace.learn(List.of(), 5, SETTINGS).contains(0)).isFalse();
  }

  @Test
  void theSameTextGivesTheSameVectors() {
    AuxiliarySpace one = AuxiliarySpace.learn(twoSubjects(), 42, SETTINGS);
    AuxiliarySpace two = AuxiliarySpace.learn(twoSubjects(), 42, SETTINGS);
    for (int a = 0; a < 40; a++) {
      assertThat(one.cosine(a, 39 - a)).isEqualTo(two.cosine(a, 39 - a));
    }
  }
}
