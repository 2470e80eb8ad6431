package org.isogloss.streams.command;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.isogloss.streams.identify.Identification.Identified;
import org.isogloss.streams.identify.Identification.Unidentified;
import org.isogloss.streams.identify.LanguageIdentifier;

/** What an identifier made of sentences whose language is known. */
final class IdentifiedSentences {
  private static final String UNDETERMINED = "";

  /** A sentence and its language. */
  record Labelled(String language, String text) {}

  private final SortedMap<String, SortedMap<String, Integer>> counts;

  private IdentifiedSentences(SortedMap<String, SortedMap<String, Integer>> counts) {
    this.counts = counts;
  }

  /**
   * @param sentences at least one
   */
  static IdentifiedSentences of(List<Labelled> sentences, LanguageIdentifier identifier) {
    if (sentences.isEmpty()) {
      throw new IllegalArgumentException("no sentences");
    }
    SortedMap<String, SortedMap<String, Integer>> counts = new TreeMap<>();
    for (Labelled each : sentences) {
      String found =
          switch (identifier.identify(each.text())) {
            case Identified language -> language.language();
            case Unidentified none -> UNDETERMINED;
          };
      counts
          .computeIfAbsent(each.language(), unseen -> new TreeMap<>())
          .merge(found, 1, Integer::sum);
    }
    return new IdentifiedSentences(counts);
  }

  SortedSet<String> languages() {
    return new TreeSet<>(counts.keySet());
  }

  /** The mean of the languages' accuracies, in [0, 1]. */
  double macroAccuracy() {
    return counts.keySet().stream().mapToDouble(this::accuracy).average().orElseThrow();
  }

  /** The share of all sentences that were given their language, in [0, 1]. */
  double accuracy() {
    return counts.keySet().stream().mapToDouble(language -> count(language, language)).sum()
        / counts.keySet().stream().mapToInt(this::total).sum();
  }

  /** The share of all sentences that were given none, in [0, 1]. */
  double undetermined() {
    return counts.keySet().stream().mapToDouble(language -> count(language, UNDETERMINED)).sum()
        / counts.keySet().stream().mapToInt(this::total).sum();
  }

  private double accuracy(String language) {
    return (double) count(language, language) / total(language);
  }

  private int count(String language, String found) {
    return row(language).getOrDefault(found, 0);
  }

  private int total(String language) {
    return row(language).values().stream().mapToInt(Integer::intValue).sum();
  }

  private SortedMap<String, Integer> row(String language) {
    return counts.getOrDefault(language, new TreeMap<>());
  }

  /** One row a language: its sentences, how many were right, and what the others were taken for. */
  TextTable confusions() {
    TextTable table =
        new TextTable("language", "sentences", "right, %", "undetermined", "taken for");
    for (String language : counts.keySet()) {
      table.row(
          language,
          Integer.toString(total(language)),
          String.format(Locale.ROOT, "%.2f", 100 * accuracy(language)),
          Integer.toString(count(language, UNDETERMINED)),
          row(language).entrySet().stream()
              .filter(each -> !each.getKey().equals(language))
              .filter(each -> !each.getKey().equals(UNDETERMINED))
              .sorted(
                  Comparator.comparing((Map.Entry<String, Integer> each) -> -each.getValue())
                      .thenComparing(Map.Entry::getKey))
              .map(each -> each.getKey() + " " + each.getValue())
              .collect(Collectors.joining(", ")));
    }
    return table;
  }
}
