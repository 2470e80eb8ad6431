package org.isogloss.trainer.focus;

import java.util.List;
import java.util.Map;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.module.ModuleTensors;

/** An embedding table to start from, and where its rows come from. Immutable. */
public final class StartingTable {
  /** Where a row comes from. */
  public enum Origin {
    /** The backbone has the same piece. */
    COPIED,
    /** Mixed of English pieces. */
    TRANSLATED,
    /** Mixed of pieces that the text uses alike. */
    SIMILAR,
    /** The backbone's mean. */
    MEAN,
    /** Drawn around the backbone's mean. */
    DRAWN
  }

  private final float[][] rows;
  private final Map<Origin, Integer> origins;

  StartingTable(float[][] rows, Map<Origin, Integer> origins) {
    this.rows = rows;
    this.origins = Map.copyOf(origins);
  }

  public int rows() {
    return rows.length;
  }

  /** A copy of a row, {@code [hidden]}. */
  public float[] row(int id) {
    return rows[id].clone();
  }

  /** How many rows come from where; an origin that none has is not in it. */
  public Map<Origin, Integer> origins() {
    return origins;
  }

  /** As a tensor of a language module, {@code [vocabulary][hidden]}, in single precision. */
  public TensorEntry tensor() {
    int dimension = rows[0].length;
    float[] values = new float[Math.multiplyExact(rows.length, dimension)];
    for (int id = 0; id < rows.length; id++) {
      System.arraycopy(rows[id], 0, values, id * dimension, dimension);
    }
    return TensorEntry.of(
        ModuleTensors.TABLE, List.of((long) rows.length, (long) dimension), values);
  }
}
