package org.isogloss.schemas.topic;

/** The names of record headers. All values are UTF-8 text; see {@link TextHeaders}. */
public final class HeaderNames {
  /** The language of the sentence, such as {@code de}. */
  public static final String LANGUAGE = "language";

  /**
   * Encode requests under the policy {@code verify}: the language found, where it is not the one
   * given.
   */
  public static final String LANGUAGE_FOUND = "languageFound";

  /** The view of an embedding: {@code MONOLINGUAL} or {@code CROSS_LINGUAL}. */
  public static final String VIEW = "view";

  /** The views asked for, separated by commas. */
  public static final String VIEWS = "views";

  /** The space of a vector. */
  public static final String SPACE = "space";

  /** The SHA-256 of the backbone. */
  public static final String BACKBONE = "backbone";

  /** The name of the language module, or {@code none}. */
  public static final String LANGUAGE_MODULE = "languageModule";

  /** The name of the alignment module, or {@code none}. */
  public static final String ALIGNMENT_MODULE = "alignmentModule";

  /** The number of values of a vector, in decimal. */
  public static final String DIMENSION = "dimension";

  /** The type of a vector's values: {@code FP32} or {@code FP16}. */
  public static final String TYPE = "type";

  /** Dead letters: where it was refused: {@code route}, {@code encode} or {@code mine}. */
  public static final String STAGE = "stage";

  /** Dead letters: the stable error code, such as {@code ISO-105}. */
  public static final String CODE = "code";

  /** Dead letters: what is wrong, in words. */
  public static final String MESSAGE = "message";

  /** Dead letters: the scope of the sentence; empty where it has none or cannot be read. */
  public static final String SCOPE = "scope";

  /** Dead letters: the sentence's place in {@code isogloss.sentences}; see {@link OriginText}. */
  public static final String ORIGIN = "origin";

  /**
   * Sentences sent again: the place of the refused sentence that this one replaces; see {@link
   * OriginText}.
   */
  public static final String REPLACES = "replaces";

  private HeaderNames() {}
}
