package org.isogloss.encoder.space;

import java.util.Locale;

/** The two kinds of module. */
public enum ModuleKind {
  /** Specialises the backbone for one language. */
  LANGUAGE,
  /** Brings one language's sentences into the pivot's space. */
  ALIGNMENT;

  /** The name in module names and topic keys, such as {@code language}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
