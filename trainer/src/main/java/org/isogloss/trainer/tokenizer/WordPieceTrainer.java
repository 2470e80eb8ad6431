package org.isogloss.trainer.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Learns WordPiece pieces by merging the most frequent pair of neighbours again and again (byte
 * pair encoding over characters, as Hugging Face's {@code WordPieceTrainer}). Of equally frequent
 * pairs the one of lower ids goes first. Pair counts are kept as words change, so the work is that
 * of the words that a merge touches.
 *
 * <p>Departures from Hugging Face's: every letter is a piece at the beginning and inside of words,
 * whether or not it was seen in both places, so that words of known letters are never unknown;
 * letters get at most half of the vocabulary, the most frequent first; a word with another letter
 * does not teach anything, since it will be unknown.
 */
final class WordPieceTrainer {
  private final int vocabulary;
  private final int fewestOccurrences;
  private final IntPredicate standsAlone;

  private final List<String> pieces = new ArrayList<>();
  private final Map<String, Integer> ids = new HashMap<>();
  private final Map<Long, Pair> pairs = new HashMap<>();
  private final PriorityQueue<Candidate> queue =
      new PriorityQueue<>(
          Comparator.comparingLong(Candidate::count)
              .reversed()
              .thenComparingLong(candidate -> candidate.pair().key));
  private int[][] words = {};
  private int[] lengths = {};
  private long[] counts = {};

  /** Two neighbours, how often they stand together, and the words in which they do or once did. */
  private static final class Pair {
    private final long key;
    private long count;
    private long queuedCount;
    private int[] words = new int[4];
    private int size;

    Pair(long key) {
      this.key = key;
    }

    void add(int word) {
      if (size > 0 && words[size - 1] == word) {
        return;
      }
      if (size == words.length) {
        words = Arrays.copyOf(words, 2 * size);
      }
      words[size++] = word;
    }
  }

  /** Valid as long as its count is the one its pair was last queued with. */
  private record Candidate(Pair pair, long count) {}

  /**
   * @param vocabulary how many pieces at most, special tokens included
   * @param fewestOccurrences of a letter or a pair that becomes a piece
   * @param standsAlone which characters are always words of their own
   */
  WordPieceTrainer(int vocabulary, int fewestOccurrences, IntPredicate standsAlone) {
    this.vocabulary = vocabulary;
    this.fewestOccurrences = fewestOccurrences;
    this.standsAlone = standsAlone;
  }

  /**
   * Trains once.
   *
   * @param wordCounts how often each word occurs
   * @return special tokens, letters by code point, letters inside of words, merges in their order
   */
  List<String> train(Map<String, Long> wordCounts, List<String> specialTokens) {
    specialTokens.forEach(this::id);
    Set<Integer> alphabet = alphabet(wordCounts);
    List<Map.Entry<String, Long>> usable =
        wordCounts.entrySet().stream()
            .filter(entry -> entry.getKey().codePoints().allMatch(alphabet::contains))
            .sorted(Map.Entry.comparingByKey())
            .toList();
    words = new int[usable.size()][];
    lengths = new int[usable.size()];
    counts = new long[usable.size()];
    for (int word = 0; word < words.length; word++) {
      words[word] = letters(usable.get(word).getKey());
      lengths[word] = words[word].length;
      counts[word] = usable.get(word).getValue();
      for (int i = 0; i + 1 < lengths[word]; i++) {
        change(words[word][i], words[word][i + 1], word, counts[word]);
      }
    }
    List<Pair> initial = new ArrayList<>(pairs.values());
    initial.forEach(this::queue);
    merge();
    return List.copyOf(pieces);
  }

  private void merge() {
    int[] lastMergeOf = new int[words.length];
    int merges = 0;
    while (pieces.size() < vocabulary) {
      Candidate best = queue.poll();
      if (best == null) {
        return;
      }
      Pair pair = best.pair();
      if (best.count() != pair.queuedCount) {
        continue;
      }
      if (pair.count != best.count()) {
        queue(pair);
        continue;
      }
      merges++;
      int left = (int) (pair.key >>> Integer.SIZE);
      int right = (int) pair.key;
      String continued = pieces.get(right).substring(PieceVocabulary.CONTINUATION.length());
      int merged = id(pieces.get(left) + continued);
      Set<Pair> grown = new HashSet<>();
      for (int i = 0; i < pair.size; i++) {
        int word = pair.words[i];
        if (lastMergeOf[word] != merges) {
          lastMergeOf[word] = merges;
          mergeIn(word, left, right, merged, grown);
        }
      }
      pairs.remove(pair.key);
      grown.remove(pair);
      grown.forEach(this::queue);
    }
  }

  private void mergeIn(int word, int left, int right, int merged, Set<Pair> grown) {
    int[] symbols = words[word];
    int length = lengths[word];
    long count = counts[word];
    int to = 0;
    int from = 0;
    while (from < length) {
      if (symbols[from] != left || from + 1 == length || symbols[from + 1] != right) {
        symbols[to++] = symbols[from++];
        continue;
      }
      if (to > 0) {
        change(symbols[to - 1], left, word, -count);
        grown.add(change(symbols[to - 1], merged, word, count));
      }
      if (from + 2 < length) {
        change(right, symbols[from + 2], word, -count);
        grown.add(change(merged, symbols[from + 2], word, count));
      }
      symbols[to++] = merged;
      from += 2;
    }
    lengths[word] = to;
  }

  private Pair change(int left, int right, int word, long by) {
    long key = ((long) left << Integer.SIZE) | right;
    Pair pair = pairs.computeIfAbsent(key, Pair::new);
    pair.count += by;
    if (by > 0) {
      pair.add(word);
    }
    return pair;
  }

  private void queue(Pair pair) {
    pair.queuedCount = pair.count;
    if (pair.count >= fewestOccurrences) {
      queue.add(new Candidate(pair, pair.count));
    }
  }

  private int id(String piece) {
    Integer known = ids.putIfAbsent(piece, pieces.size());
    if (known == null) {
      pieces.add(piece);
      return pieces.size() - 1;
    }
    return known;
  }

  private int[] letters(String word) {
    int[] codePoints = word.codePoints().toArray();
    int[] symbols = new int[codePoints.length];
    for (int i = 0; i < symbols.length; i++) {
      String letter = Character.toString(codePoints[i]);
      symbols[i] = id(i == 0 ? letter : PieceVocabulary.CONTINUATION + letter);
    }
    return symbols;
  }

  /** The characters that become pieces, which they do here. */
  private Set<Integer> alphabet(Map<String, Long> wordCounts) {
    Map<Integer, Long> occurrences = new HashMap<>();
    wordCounts.forEach(
        (word, count) -> word.codePoints().forEach(c -> occurrences.merge(c, count, Long::sum)));
    List<Integer> byFrequency =
        occurrences.entrySet().stream()
            .filter(entry -> entry.getValue() >= fewestOccurrences)
            .sorted(
                Map.Entry.<Integer, Long>comparingByValue()
                    .reversed()
                    .thenComparing(Map.Entry.comparingByKey()))
            .map(Map.Entry::getKey)
            .toList();
    int room = (vocabulary - pieces.size()) / 2;
    Set<Integer> alphabet = new HashSet<>();
    for (int character : byFrequency) {
      room -= standsAlone.test(character) ? 1 : 2;
      if (room < 0) {
        break;
      }
      alphabet.add(character);
    }
    alphabet.stream().sorted().map(Character::toString).forEach(this::id);
    alphabet.stream()
        .filter(c -> !standsAlone.test(c))
        .sorted()
        .map(c -> PieceVocabulary.CONTINUATION + Character.toString(c))
        .forEach(this::id);
    return alphabet;
  }

  /** Words and how often they occur. */
  static Map<String, Long> count(List<String> sentences, BertWords words, int mostCharacters) {
    int chunks = Math.max(1, sentences.size() / 1_024);
    List<Map<String, Long>> counted =
        IntStream.range(0, chunks)
            .parallel()
            .mapToObj(
                chunk -> {
                  int from = (int) ((long) chunk * sentences.size() / chunks);
                  int to = (int) ((long) (chunk + 1) * sentences.size() / chunks);
                  Map<String, Long> counts = new HashMap<>();
                  for (String sentence : sentences.subList(from, to)) {
                    for (String word : words.of(sentence)) {
                      if (word.codePointCount(0, word.length()) <= mostCharacters) {
                        counts.merge(word, 1L, Long::sum);
                      }
                    }
                  }
                  return counts;
                })
            .collect(Collectors.toList());
    Map<String, Long> all = new HashMap<>();
    counted.forEach(counts -> counts.forEach((word, n) -> all.merge(word, n, Long::sum)));
    return all;
  }
}
