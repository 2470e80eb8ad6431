package org.isogloss.streams.pipeline;

import java.util.Locale;

/** A part of the pipeline that a process may run, in the order of the flow. */
public enum Role {
  /** Validates, identifies languages, places sentences. */
  ROUTER("isogloss.router."),
  /** Makes embeddings. */
  ENCODER("isogloss.worker."),
  /** Finds pairs in sealed scopes. */
  MINER("isogloss.miner.");

  private final String meterPrefix;

  Role(String meterPrefix) {
    this.meterPrefix = meterPrefix;
  }

  /** As on the command line: {@code router}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What the names of the part's own meters begin with. */
  String meterPrefix() {
    return meterPrefix;
  }
}
