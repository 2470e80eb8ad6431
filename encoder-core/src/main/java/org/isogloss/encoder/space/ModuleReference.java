package org.isogloss.encoder.space;

/**
 * One immutable module version, named such as {@code language/de@3}.
 *
 * @param number counts up from 1
 * @param digest identity of its content; two modules are the same only if their digests are equal
 */
public record ModuleReference(ModuleKind kind, String language, int number, Digest digest) {
  public ModuleReference {
    if (number < 1) {
      throw new IllegalArgumentException("module numbers start at 1: " + number);
    }
  }

  /** Such as {@code language/de@3}. */
  public String name() {
    return kind.label() + "/" + language + "@" + number;
  }
}
