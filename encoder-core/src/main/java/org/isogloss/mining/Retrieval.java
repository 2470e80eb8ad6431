package org.isogloss.mining;

/** Which candidates become pairs (Artetxe and Schwenk, ACL 2019, section 3.2). */
public enum Retrieval {
  /** Both sides' best candidates, best first, each row used once. */
  MAX,
  /** For each source row its best target. */
  FORWARD,
  /** For each target row its best source. */
  BACKWARD,
  /** Pairs that are best from both sides. */
  INTERSECT
}
