package org.isogloss.encoder.space;

import java.util.regex.Pattern;

/**
 * The identity of a set of comparable vectors: two vectors may be compared only if their spaces are
 * equal. Made by {@link SpaceDefinition}.
 *
 * @param value 32 hexadecimal digits in lower case
 */
public record SpaceId(String value) {
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{32}");

  public SpaceId {
    if (!HEX.matcher(value).matches()) {
      throw new IllegalArgumentException("not a space: " + value);
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
