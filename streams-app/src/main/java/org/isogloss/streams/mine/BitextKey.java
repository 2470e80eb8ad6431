package org.isogloss.streams.mine;

import java.util.List;
import java.util.Optional;

/** The keys of {@code isogloss.bitext}; the package describes their form. */
public sealed interface BitextKey {
  /** The scope it belongs to. */
  String scope();

  /** Its bytes. */
  byte[] bytes();

  /** The key of a pair. */
  record OfPair(String scope, String sourceId, String targetId) implements BitextKey {
    @Override
    public byte[] bytes() {
      return JsonKey.write(List.of(scope, sourceId, targetId));
    }
  }

  /** The key of the record that says a scope is complete. */
  record OfSealed(String scope) implements BitextKey {
    @Override
    public byte[] bytes() {
      return JsonKey.write(List.of(scope));
    }
  }

  /** The key of these bytes; empty where they are none. */
  static Optional<BitextKey> parse(byte[] bytes) {
    return JsonKey.read(bytes)
        .flatMap(
            parts ->
                switch (parts.length) {
                  case 1 -> Optional.of(new OfSealed(parts[0]));
                  case 3 -> Optional.of(new OfPair(parts[0], parts[1], parts[2]));
                  default -> Optional.empty();
                });
  }
}
