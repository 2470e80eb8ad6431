package org.isogloss.streams.place;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlacementTest {
  private static final List<String> LANGUAGES =
      List.of("am", "ar", "az", "cs", "de", "en", "es", "fr", "ha", "it", "kk", "ko", "ky", "mr");
  private static final int PARTITIONS = 8;
  private static final int IDS = 2_000;

  @Test
  void aLanguageUsesAsManyPartitionsAsItHasHomes() {
    for (int homes : new int[] {1, 2, 3}) {
      for (String language : LANGUAGES) {
        assertThat(homesOf(language, PARTITIONS, homes)).as(language).hasSize(homes);
      }
    }
    assertThat(homesOf("de", 2, 5)).hasSize(2);
  }

  @Test
  void theIdsOfALanguageSpreadEvenlyOverItsHomes() {
    int[] counts = new int[PARTITIONS];
    for (int i = 0; i < IDS; i++) {
      counts[Placement.forLanguage("de", "id-" + i, PARTITIONS, 2)]++;
    }
    for (int home : homesOf("de", PARTITIONS, 2)) {
      assertThat(counts[home]).isBetween(IDS * 45 / 100, IDS * 55 / 100);
    }
  }

  @Test
  void theLanguagesTogetherUseEveryPartition() {
    Set<Integer> used = new HashSet<>();
    LANGUAGES.forEach(language -> used.addAll(homesOf(language, PARTITIONS, 2)));
    assertThat(used).hasSize(PARTITIONS);
  }

  @Test
  void onePartitionMoreTakesHomesAndMovesNoOthers() {
    for (String language : LANGUAGES) {
      Set<Integer> before = homesOf(language, PARTITIONS, 2);
      Set<Integer> after = homesOf(language, PARTITIONS + 1, 2);
      Set<Integer> came = new HashSet<>(after);
      came.removeAll(before);
      assertThat(came).as(language).isSubsetOf(Set.of(PARTITIONS));
      for (int i = 0; i < IDS; i++) {
        int old = Placement.forLanguage(language, "id-" + i, PARTITIONS, 2);
        int now = Placement.forLanguage(language, "id-" + i, PARTITIONS + 1, 2);
        boolean moved = old != now;
        assertThat(!moved || now == PARTITIONS || !after.contains(old)).isTrue();
      }
    }
  }

  @Test
  void aScopeLiesInOnePartitionAndTheEmptyScopeSpreads() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Set<Integer> spread = new HashSet<>();
    for (int i = 0; i < IDS; i++) {
      String scope = "scope-" + random.nextInt(50);
      assertThat(Placement.forScope(scope, "id-" + i, 4))
          .as("seed %d, %s", seed, scope)
          .isEqualTo(Placement.forScope(scope, "another", 4));
      spread.add(Placement.forScope("", "id-" + i, 4));
    }
    assertThat(spread).containsExactlyInAnyOrder(0, 1, 2, 3);
  }

  @Test
  void placesAreTheSameInEveryVersion() {
    assertThat(Placement.forLanguage("de", "a", 8, 2)).isEqualTo(5);
    assertThat(Placement.forLanguage("am", "ሀ", 8, 2)).isEqualTo(0);
    assertThat(Placement.forScope("news", "a", 4)).isEqualTo(3);
    assertThat(Placement.forScope("", "a", 4)).isEqualTo(3);
  }

  @Test
  void nowhereIsRefused() {
    assertThatThrownBy(() -> Placement.forScope("s", "a", 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Placement.forLanguage("de", "a", 8, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Set<Integer> homesOf(String language, int partitions, int homes) {
    Set<Integer> found = new HashSet<>();
    for (int i = 0; i < IDS; i++) {
      found.add(Placement.forLanguage(language, "id-" + i, partitions, homes));
    }
    return found;
  }
}
