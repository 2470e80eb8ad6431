package org.isogloss.trainer.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class WordPieceTrainerTest {
  private static final List<String> SPECIAL = List.of("[PAD]", "[UNK]");

  private static List<String> train(Map<String, Long> counts, int vocabulary) {
    return new WordPieceTrainer(vocabulary, 2, c -> c == '.').train(counts, SPECIAL);
  }

  @Test
  void frequentNeighboursBecomeOnePieceAndTiesGoToLowerIds() {
    assertThat(train(Map.of("abab", 3L, "ab", 2L, "cd", 5L, ".", 9L, "x", 1L), 20))
        .containsExactly(
            "[PAD]", "[UNK]", ".", "a", "b", "c", "d", "##a", "##b", "##c", "##d", "ab", "cd",
            "##ab", "abab");
  }

  /** Ids by the same rule, but every pair is counted anew before every merge. */
  private static List<String> trainNaively(Map<String, Long> counts, int vocabulary) {
    List<String> pieces = new ArrayList<>(SPECIAL);
    List<List<String>> words = new ArrayList<>();
    List<Long> weights = new ArrayList<>();
    TreeMap<Integer, Long> letters = new TreeMap<>();
    new TreeMap<>(counts)
        .forEach(
            (word, count) -> {
              word.codePoints().forEach(c -> letters.merge(c, count, Long::sum));
              List<String> symbols = new ArrayList<>();
              word.codePoints()
                  .forEach(
                      c -> symbols.add((symbols.isEmpty() ? "" : "##") + Character.toString(c)));
              words.add(symbols);
              weights.add(count);
            });
    letters.keySet().forEach(c -> pieces.add(Character.toString(c)));
    letters.keySet().forEach(c -> pieces.add("##" + Character.toString(c)));
    while (pieces.size() < vocabulary) {
      Map<List<Integer>, Long> pairs = new HashMap<>();
      for (int w = 0; w < words.size(); w++) {
        List<String> symbols = words.get(w);
        for (int i = 0; i + 1 < symbols.size(); i++) {
          List<Integer> pair =
              List.of(pieces.indexOf(symbols.get(i)), pieces.indexOf(symbols.get(i + 1)));
          pairs.merge(pair, weights.get(w), Long::sum);
        }
      }
      long most = pairs.values().stream().mapToLong(Long::longValue).max().orElse(0);
      if (most < 2) {
        break;
      }
      List<Integer> best =
          pairs.entrySet().stream()
              .filter(entry -> entry.getValue() == most)
              .map(Map.Entry::getKey)
              .min(
                  (a, b) ->
                      a.get(0).equals(b.get(0))
                          ? Integer.compare(a.get(1), b.get(1))
                          : Integer.compare(a.get(0), b.get(0)))
              .orElseThrow();
      String left = pieces.get(best.get(0));
      String right = pieces.get(best.get(1));
      String merged = left + right.substring(2);
      if (!pieces.contains(merged)) {
        pieces.add(merged);
      }
      for (List<String> symbols : words) {
        for (int i = 0; i + 1 < symbols.size(); i++) {
          if (symbols.get(i).equals(left) && symbols.get(i + 1).equals(right)) {
            symbols.set(i, merged);
            symbols.remove(i + 1);
          }
        }
      }
    }
    return pieces;
  }

  @Test
  void keptCountsEqualCountingAnewBeforeEveryMerge() {
    for (long seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      Map<String, Long> counts = new LinkedHashMap<>();
      for (int w = 0; w < 40; w++) {
        StringBuilder word = new StringBuilder();
        for (int length = 1 + random.nextInt(9); length > 0; length--) {
          word.append((char) ('a' + random.nextInt(3)));
        }
        counts.put(word.toString(), 2L + random.nextInt(20));
      }
      int vocabulary = 30 + random.nextInt(60);
      assertThat(train(counts, vocabulary))
          .as("seed %d", seed)
          .isEqualTo(trainNaively(counts, vocabulary));
    }
  }

  @Test
  void theOrderOfWordsDoesNotMatter() {
    Map<String, Long> forth = new LinkedHashMap<>();
    Map<String, Long> back = new LinkedHashMap<>();
    List<String> words = List.of("banana", "ananas", "bandana", "cabana", "nab");
    words.forEach(word -> forth.put(word, 2L + word.length()));
    words.reversed().forEach(word -> back.put(word, 2L + word.length()));
    assertThat(train(forth, 40)).isEqualTo(train(back, 40));
  }

  @Test
  void lettersGetAtMostHalfOfTheVocabularyTheMostFrequentFirst() {
    Map<String, Long> counts = new HashMap<>();
    for (int c = 0; c < 100; c++) {
      counts.put(Character.toString('\u1200' + c), 200L - c);
    }
    List<String> pieces = train(counts, 42);
    assertThat(pieces).hasSize(2 + 20).contains("\u1200", "##\u1200", "\u1209");
    assertThat(pieces).doesNotContain("\u120A");
  }
}
