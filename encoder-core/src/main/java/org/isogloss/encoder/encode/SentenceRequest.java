package org.isogloss.encoder.encode;

import java.util.Set;
import org.isogloss.encoder.space.View;

/**
 * A sentence to encode.
 *
 * @param language a settled language code, such as {@code de}
 * @param views at least one
 */
public record SentenceRequest(String text, String language, Set<View> views) {
  public SentenceRequest {
    views = Set.copyOf(views);
    if (views.isEmpty()) {
      throw new IllegalArgumentException("no view asked for");
    }
    if (language.isEmpty()) {
      throw new IllegalArgumentException("no language");
    }
  }
}
