package org.isogloss.encoder.space;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

  private static final Pattern NAME =
      Pattern.compile("(language|alignment)/([a-z]{2,3})@([1-9][0-9]{0,8})");

  /**
   * Reads a name such as {@code language/de@3}.
   *
   * @return empty if the text is no such name
   */
  public static Optional<ModuleReference> parse(String name, Digest digest) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    ModuleKind kind =
        matcher.group(1).equals("language") ? ModuleKind.LANGUAGE : ModuleKind.ALIGNMENT;
    return Optional.of(
        new ModuleReference(kind, matcher.group(2), Integer.parseInt(matcher.group(3)), digest));
  }

  /** Such as {@code language/de@3}. */
  public String name() {
    return kind.label() + "/" + language + "@" + number;
  }
}
