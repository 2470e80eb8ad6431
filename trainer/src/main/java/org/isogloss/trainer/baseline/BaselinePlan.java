package org.isogloss.trainer.baseline;

import java.nio.file.Path;
import java.util.List;

/**
 * What is fitted and measured.
 *
 * @param evaluation folder of suites, see {@link org.isogloss.metrics.suite.SuiteReader}
 * @param training folder with {@code mono/LANGUAGE.txt.gz} and {@code
 *     parallel/SOURCE/LANGUAGE-en.tsv.gz}
 * @param languages in the order of the table
 * @param aligned those that alignments are fitted for
 * @param sources folders of translations, the preferred first: a later one only fills up
 * @param sentences of plain text that mean and whitening are estimated from, of each language
 * @param pairs of translations that alignments are fitted on, of each language
 * @param components canonical directions that CCA keeps
 * @param outOfDomainItems at most so many items of the multi-parallel set, the first by id
 */
public record BaselinePlan(
    Path evaluation,
    Path training,
    List<String> languages,
    List<String> aligned,
    List<String> sources,
    int sentences,
    int pairs,
    int components,
    int outOfDomainItems,
    long seed) {
  public BaselinePlan {
    languages = List.copyOf(languages);
    aligned = List.copyOf(aligned);
    sources = List.copyOf(sources);
    if (languages.isEmpty() || sentences < 1 || pairs < 1 || outOfDomainItems < 1) {
      throw new IllegalArgumentException(
          "languages %s, sentences %d, pairs %d, items %d"
              .formatted(languages, sentences, pairs, outOfDomainItems));
    }
  }
}
