package org.isogloss.streams.evaluate;

import java.util.Comparator;

/**
 * What made a vector that lies on disk.
 *
 * @param code a version of the code; {@code A over B} if A computed it from what B's forward pass
 *     had pooled
 * @param route {@code workers} or {@code direct}
 */
public record VectorOrigin(String code, String route) implements Comparable<VectorOrigin> {
  /** Of vectors that were made before origins were recorded. */
  public static final VectorOrigin UNKNOWN = new VectorOrigin("unknown", "unknown");

  /** This, where the pooled vector was found on disk. */
  VectorOrigin over(VectorOrigin pooled) {
    return pooled.code().equals(code)
        ? this
        : new VectorOrigin(code + " over " + pooled.code(), route);
  }

  @Override
  public int compareTo(VectorOrigin other) {
    return Comparator.comparing(VectorOrigin::code)
        .thenComparing(VectorOrigin::route)
        .compare(this, other);
  }
}
