package org.isogloss.streams.deadletter;

import java.util.Locale;
import java.util.Optional;

/** Where a record was refused. */
public enum Stage {
  ROUTE,
  ENCODE,
  MINE;

  /** As it stands in the header. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<Stage> of(String text) {
    for (Stage stage : values()) {
      if (stage.text().equals(text)) {
        return Optional.of(stage);
      }
    }
    return Optional.empty();
  }
}
