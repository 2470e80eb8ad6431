package org.isogloss.encoder.backbone;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The backbones that can be had by name. */
public enum BackboneCatalogue {
  /** Multilingual BERT, cased: the default. */
  MBERT(
      "mbert",
      "Apache-2.0",
      714_000_000L,
      104,
      8,
      "multilingual BERT, cased, 12 layers of 768; 8 layers are its best untrained retrieval"),
  /** XLM-R, the smaller one. */
  XLM_R(
      "xlm-r",
      "MIT",
      1_116_000_000L,
      100,
      12,
      new HubModel("FacebookAI", "xlm-roberta-base", "main"),
      "",
      "XLM-R base, 12 layers of 768; not trained for sentences"),
  /** The smallest of the multilingual E5. */
  E5_SMALL(
      "e5-small",
      "MIT",
      471_000_000L,
      94,
      12,
      new HubModel("intfloat", "multilingual-e5-small", "main"),
      "query: ",
      "multilingual E5 small, 12 layers of 384, for sentences"),
  /** The multilingual E5 of XLM-R's size. */
  E5_BASE(
      "e5-base",
      "MIT",
      1_112_000_000L,
      94,
      12,
      new HubModel("intfloat", "multilingual-e5-base", "main"),
      "query: ",
      "multilingual E5 base, 12 layers of 768, for sentences"),
  /** LaBSE. */
  LABSE(
      "labse",
      "Apache-2.0",
      1_884_000_000L,
      109,
      12,
      new HubModel("sentence-transformers", "LaBSE", "main"),
      "",
      "LaBSE, 12 layers of 768, first token and dense layer, for translations"),
  /** Random weights, made on the spot: for trying things out and for measuring. */
  TINY(
      "tiny",
      "none needed",
      1_970_000L,
      0,
      2,
      "random weights, 2 layers of 32; means nothing, runs fast");

  private final String label;
  private final String licence;
  private final long bytes;
  private final int languages;
  private final int defaultLayers;

  @SuppressWarnings("ImmutableEnumChecker") // an optional record of text
  private final Optional<HubModel> hub;

  private final String textPrefix;
  private final String description;

  BackboneCatalogue(
      String label,
      String licence,
      long bytes,
      int languages,
      int defaultLayers,
      String description) {
    this(label, licence, bytes, languages, defaultLayers, Optional.empty(), "", description);
  }

  BackboneCatalogue(
      String label,
      String licence,
      long bytes,
      int languages,
      int defaultLayers,
      HubModel hub,
      String textPrefix,
      String description) {
    this(
        label, licence, bytes, languages, defaultLayers, Optional.of(hub), textPrefix, description);
  }

  BackboneCatalogue(
      String label,
      String licence,
      long bytes,
      int languages,
      int defaultLayers,
      Optional<HubModel> hub,
      String textPrefix,
      String description) {
    this.label = label;
    this.licence = licence;
    this.bytes = bytes;
    this.languages = languages;
    this.defaultLayers = defaultLayers;
    this.hub = hub;
    this.textPrefix = textPrefix;
    this.description = description;
  }

  /** The name on the command line. */
  public String label() {
    return label;
  }

  public String licence() {
    return licence;
  }

  /** About how much it takes on disk. */
  public long bytes() {
    return bytes;
  }

  /** How many languages it was trained on. */
  public int languages() {
    return languages;
  }

  /** How many layers run unless told otherwise. */
  public int defaultLayers() {
    return defaultLayers;
  }

  /** Where on the hub it is; empty for one that comes another way. */
  public Optional<HubModel> hub() {
    return hub;
  }

  /** What it wants before every text, where its own files do not say; often empty. */
  public String textPrefix() {
    return textPrefix;
  }

  public String description() {
    return description;
  }

  public static Optional<BackboneCatalogue> find(String label) {
    return Arrays.stream(values()).filter(b -> b.label.equals(label)).findFirst();
  }

  public static List<BackboneCatalogue> all() {
    return List.of(values());
  }
}
