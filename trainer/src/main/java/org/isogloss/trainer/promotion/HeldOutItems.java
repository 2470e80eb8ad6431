package org.isogloss.trainer.promotion;

import java.util.List;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.space.View;
import org.isogloss.trainer.data.ParaphraseCorpus;
import org.isogloss.trainer.data.SentencePair;

/**
 * Sentences and their partners, on which modules are measured.
 *
 * @param language of the sentences
 * @param partnerLanguage of their partners
 * @param view in which both are encoded
 */
public record HeldOutItems(String language, String partnerLanguage, View view, List<Pair> pairs) {
  /** Two sentences that should find one another. */
  public record Pair(String sentence, String partner) {}

  public HeldOutItems {
    pairs = List.copyOf(pairs);
  }

  /** Translations: for alignment modules. */
  public static HeldOutItems translations(String language, List<SentencePair> pairs) {
    return new HeldOutItems(
        language,
        ModuleManifest.PIVOT,
        View.CROSS_LINGUAL,
        pairs.stream().map(pair -> new Pair(pair.source(), pair.pivot())).toList());
  }

  /** Paraphrases within the language: for language modules. */
  public static HeldOutItems paraphrases(String language, List<ParaphraseCorpus.Paraphrase> pairs) {
    return new HeldOutItems(
        language,
        language,
        View.MONOLINGUAL,
        pairs.stream().map(pair -> new Pair(pair.first(), pair.second())).toList());
  }
}
