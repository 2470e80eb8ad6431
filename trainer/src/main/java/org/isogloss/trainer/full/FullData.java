package org.isogloss.trainer.full;

import java.util.ArrayList;
import java.util.List;
import org.isogloss.trainer.data.DataFile;
import org.isogloss.trainer.data.MonolingualCorpus;
import org.isogloss.trainer.data.ParallelCorpus;
import org.isogloss.trainer.data.ParaphraseCorpus;

/**
 * What the monolithic encoder is trained on, all languages together.
 *
 * @param languages for the record
 * @param text for masked language modelling
 * @param paraphrases within each language
 * @param crossLingual sentences and paraphrases of their English translations
 */
public record FullData(
    List<String> languages,
    MonolingualCorpus text,
    ParaphraseCorpus paraphrases,
    ParaphraseCorpus crossLingual) {
  public FullData {
    languages = List.copyOf(languages);
  }

  /** Pairs across languages as pairs of the kind that ranking takes: English first. */
  public static ParaphraseCorpus acrossLanguages(List<ParallelCorpus> corpora) {
    List<ParaphraseCorpus.Paraphrase> pairs = new ArrayList<>();
    List<DataFile> files = new ArrayList<>();
    for (ParallelCorpus corpus : corpora) {
      corpus
          .pairs()
          .forEach(pair -> pairs.add(new ParaphraseCorpus.Paraphrase(pair.pivot(), pair.source())));
      files.addAll(corpus.files());
    }
    return new ParaphraseCorpus(pairs, files);
  }

  /** The files that a stage learns from. */
  List<DataFile> files(FullStage stage) {
    return switch (stage) {
      case MASKED -> text.files();
      case MONOLINGUAL -> paraphrases.files();
      case CROSS_LINGUAL -> crossLingual.files();
    };
  }
}
