package org.isogloss.metrics.suite;

/** What is measured. */
public enum Metric {
  /** Spearman × 100 of sentences of one language. */
  MONOLINGUAL_SIMILARITY("spearman", true),
  /** Spearman × 100 across two languages, mean of both directions. */
  CROSS_LINGUAL_SIMILARITY("spearman", true),
  /** Accuracy in %, trained and tested in the same language. */
  MONOLINGUAL_ACCURACY("accuracy", true),
  /** Macro-F1 in %, trained and tested in the same language. */
  MONOLINGUAL_MACRO_F1("macro_f1", true),
  /** Accuracy in %, trained in the first language and tested in the second. */
  TRANSFER_ACCURACY("accuracy", true),
  /** Macro-F1 in %, trained in the first language and tested in the second. */
  TRANSFER_MACRO_F1("macro_f1", true),
  /** Bitext error in % by ratio margin, first language to second. */
  BITEXT_ERROR_BY_MARGIN("margin_error", false),
  /** Bitext error in % by plain cosine, first language to second. */
  BITEXT_ERROR_BY_COSINE("cosine_error", false),
  /** F1 in % by plain cosine, first language to second: MTEB's main score of bitext mining. */
  BITEXT_F1_BY_COSINE("cosine_f1", true),
  /** Language bias in points over the bilingual sets. */
  LANGUAGE_BIAS("language_bias", false),
  /** Language bias in points, monolingual sets added. */
  LANGUAGE_BIAS_WITH_MONOLINGUAL("language_bias_all", false),
  /** RSIM of two languages. */
  REPRESENTATION_SIMILARITY("rsim", true);

  private final String label;
  private final boolean higherIsBetter;

  Metric(String label, boolean higherIsBetter) {
    this.label = label;
    this.higherIsBetter = higherIsBetter;
  }

  /** The name in files, such as {@code spearman}. */
  public String label() {
    return label;
  }

  public boolean higherIsBetter() {
    return higherIsBetter;
  }
}
