package org.isogloss.trainer.command;

import org.isogloss.trainer.promotion.HeldOutItems;

/** A stage whose module can be compared with what serves. */
interface Measurable {
  /** The pairs that scored the training, on which nobody trains; read anew. */
  HeldOutItems heldOut();
}
