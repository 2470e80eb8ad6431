package org.isogloss.trainer.data;

import java.util.Objects;

/** Which code made a module, for its lineage. */
public final class CodeVersion {
  /** Its name in lineages. */
  public static final String KEY = "code";

  private CodeVersion() {}

  /**
   * The commit, as {@code git describe --always --dirty} has it, where the launcher built the
   * program; the project's version where Maven alone did; {@code unpackaged} for classes outside a
   * jar, as in tests.
   */
  public static String current() {
    return Objects.requireNonNullElse(
        CodeVersion.class.getPackage().getImplementationVersion(), "unpackaged");
  }
}
