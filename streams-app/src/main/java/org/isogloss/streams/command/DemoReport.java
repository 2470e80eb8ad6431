package org.isogloss.streams.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What `demo` shows at its end: a table by language, and the best pairs of each. */
final class DemoReport {
  /**
   * One language.
   *
   * @param sentences encoded
   * @param tokensPerSecond of this language while it was encoded
   * @param pairs found against the pivot; 0 for the pivot itself
   * @param precision in 0..1
   * @param recall in 0..1
   * @param best the best pairs, best first
   */
  record Language(
      String code,
      long sentences,
      double tokensPerSecond,
      int pairs,
      double precision,
      double recall,
      List<BestPair> best) {}

  /** A pair to show. */
  record BestPair(double margin, boolean correct, String source, String target) {}

  private final String pivot;
  private final List<Language> languages = new ArrayList<>();

  DemoReport(String pivot) {
    this.pivot = pivot;
  }

  void add(Language language) {
    languages.add(language);
  }

  /** The table, its means, and the best pairs. */
  String text() {
    TextTable table =
        new TextTable("language", "sentences", "tokens/s", "pairs", "precision", "recall");
    double precision = 0;
    double recall = 0;
    int mined = 0;
    long sentences = 0;
    int pairs = 0;
    for (Language each : languages) {
      boolean isPivot = each.code().equals(pivot);
      table.row(
          each.code(),
          Long.toString(each.sentences()),
          whole(each.tokensPerSecond()),
          isPivot ? "(pivot)" : Integer.toString(each.pairs()),
          isPivot ? "" : percent(each.precision()),
          isPivot ? "" : percent(each.recall()));
      sentences += each.sentences();
      if (!isPivot) {
        mined++;
        pairs += each.pairs();
        precision += each.precision();
        recall += each.recall();
      }
    }
    if (mined > 0) {
      double tokensPerSecond = languages.stream().mapToDouble(Language::tokensPerSecond).sum();
      table.row(
          "all",
          Long.toString(sentences),
          whole(tokensPerSecond),
          Integer.toString(pairs),
          percent(precision / mined),
          percent(recall / mined));
    }
    StringBuilder text = new StringBuilder(table.aligned()).append('\n');
    for (Language each : languages) {
      for (BestPair pair : each.best()) {
        text.append(
            "%s-%s  %.3f %s %s%n             %s%n"
                .formatted(
                    each.code(),
                    pivot,
                    pair.margin(),
                    pair.correct() ? "=" : "?",
                    pair.source(),
                    pair.target()));
      }
    }
    return text.toString();
  }

  private static String whole(double value) {
    return String.format(Locale.ROOT, "%.0f", value);
  }

  private static String percent(double part) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * part);
  }
}
