package org.isogloss.trainer.baseline;

/** A row of the table: what is done to the vectors of both sides. */
public enum Treatment {
  RAW("bare backbone"),
  CENTRED("centred, means of training text"),
  CENTRED_ON_TEST("centred, means of the test text (orientation only)"),
  WHITENED("whitened, training text"),
  PROCRUSTES("centred, then Procrustes"),
  RIDGE("centred, then ridge"),
  CCA("centred, then CCA"),
  WHITENED_PROCRUSTES("whitened, then Procrustes");

  private final String label;

  Treatment(String label) {
    this.label = label;
  }

  /** For people. */
  public String label() {
    return label;
  }
}
