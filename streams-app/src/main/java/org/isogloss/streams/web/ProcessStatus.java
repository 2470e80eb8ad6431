package org.isogloss.streams.web;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** What a process says of itself. Asked from several threads, and often: must not block. */
public interface ProcessStatus {
  /** Why it cannot do its work any more; empty: it can, or may recover. */
  Optional<String> fault();

  /** Why it is not ready to work now; empty: it is. */
  Optional<String> unready();

  /** What runs. */
  JsonNode info();
}
