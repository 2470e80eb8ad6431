package org.isogloss.streams.pipeline;

/** A part of the pipeline that a process may run, in the order of the flow. */
public enum Role {
  /** Validates, identifies languages, places sentences. */
  ROUTER,
  /** Makes embeddings. */
  ENCODER,
  /** Finds pairs in sealed scopes. */
  MINER
}
