package org.isogloss.trainer.baseline;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Baselines as tables in Markdown. */
public final class BaselineTable {
  private BaselineTable() {}

  /**
   * Means over the languages that have alignments, over all if some have none, then both domains
   * language by language.
   */
  public static String markdown(List<LanguageBaseline> languages) {
    StringBuilder text = new StringBuilder();
    List<LanguageBaseline> aligned =
        languages.stream().filter(language -> language.pairs() > 0).toList();
    if (!aligned.equals(languages)) {
      means(text, languages);
    }
    if (!aligned.isEmpty()) {
      means(text, aligned);
    }
    byLanguage(text, "In domain", languages, LanguageBaseline::inDomain);
    byLanguage(text, "Out of domain", languages, LanguageBaseline::outOfDomain);
    return text.toString();
  }

  private static void means(StringBuilder text, List<LanguageBaseline> languages) {
    String names =
        languages.stream().map(LanguageBaseline::language).collect(Collectors.joining(" "));
    text.append("Mean of %d languages (%s):\n\n".formatted(languages.size(), names));
    text.append("| vectors | in domain | out of domain |\n|---|---:|---:|\n");
    for (Treatment treatment : Treatment.values()) {
      if (languages.stream().allMatch(l -> l.inDomain().containsKey(treatment))) {
        text.append("| %s | ".formatted(treatment.label()))
            .append(number(mean(languages, LanguageBaseline::inDomain, treatment)))
            .append(" | ")
            .append(number(mean(languages, LanguageBaseline::outOfDomain, treatment)))
            .append(" |\n");
      }
    }
    text.append('\n');
  }

  private static void byLanguage(
      StringBuilder text,
      String title,
      List<LanguageBaseline> languages,
      Function<LanguageBaseline, Map<Treatment, Double>> domain) {
    text.append("%s, by language:\n\n| language | pairs (preferred) | λ |".formatted(title));
    for (Treatment treatment : Treatment.values()) {
      text.append(" %s |".formatted(treatment.name().toLowerCase(Locale.ROOT).replace('_', ' ')));
    }
    text.append("\n|---|---:|---:|").append("---:|".repeat(Treatment.values().length)).append('\n');
    for (LanguageBaseline language : languages) {
      text.append("| %s |".formatted(language.language()));
      text.append(
          language.pairs() == 0
              ? " – | – |"
              : " %d (%d) | %s |"
                  .formatted(language.pairs(), language.preferredPairs(), language.strength()));
      for (Treatment treatment : Treatment.values()) {
        String error =
            Optional.ofNullable(domain.apply(language).get(treatment))
                .map(BaselineTable::number)
                .orElse("–");
        text.append(" %s |".formatted(error));
      }
      text.append('\n');
    }
    text.append('\n');
  }

  private static double mean(
      List<LanguageBaseline> languages,
      Function<LanguageBaseline, Map<Treatment, Double>> domain,
      Treatment treatment) {
    return languages.stream()
        .mapToDouble(language -> error(domain.apply(language), treatment))
        .average()
        .orElseThrow();
  }

  private static double error(Map<Treatment, Double> errors, Treatment treatment) {
    return Optional.ofNullable(errors.get(treatment)).orElseThrow();
  }

  private static String number(double error) {
    return String.format(Locale.ROOT, "%.1f", error);
  }
}
