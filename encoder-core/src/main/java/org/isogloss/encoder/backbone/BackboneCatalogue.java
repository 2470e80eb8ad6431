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
  private final String description;

  BackboneCatalogue(
      String label,
      String licence,
      long bytes,
      int languages,
      int defaultLayers,
      String description) {
    this.label = label;
    this.licence = licence;
    this.bytes = bytes;
    this.languages = languages;
    this.defaultLayers = defaultLayers;
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
