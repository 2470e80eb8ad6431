package org.isogloss.trainer.data;

/** What becomes of training data that stands in a suite of evaluation items. */
public enum Leaks {
  /** It ends the run. */
  REFUSED,
  /** Its lines are left out and counted; a file that is evaluation data as a whole is refused. */
  LEFT_OUT,
  /** It is trained on and counted. */
  ALLOWED
}
