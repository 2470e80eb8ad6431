package org.isogloss.encoder.module;

/** The six matrices of a transformer layer that can carry LoRA. */
public enum LinearTarget {
  QUERY("query", "attention.self.query"),
  KEY("key", "attention.self.key"),
  VALUE("value", "attention.self.value"),
  ATTENTION_OUTPUT("attention_output", "attention.output.dense"),
  INTERMEDIATE("intermediate", "intermediate.dense"),
  OUTPUT("output", "output.dense");

  private final String label;
  private final String backboneName;

  LinearTarget(String label, String backboneName) {
    this.label = label;
    this.backboneName = backboneName;
  }

  /** The name in manifests and tensor names, such as {@code attention_output}. */
  public String label() {
    return label;
  }

  /** The name of the matrix within a layer of a BERT checkpoint, without {@code .weight}. */
  public String backboneName() {
    return backboneName;
  }

  /** How many values the matrix takes in. */
  public int inputs(int hidden, int intermediate) {
    return this == OUTPUT ? intermediate : hidden;
  }

  /** How many values it gives out. */
  public int outputs(int hidden, int intermediate) {
    return this == INTERMEDIATE ? intermediate : hidden;
  }
}
