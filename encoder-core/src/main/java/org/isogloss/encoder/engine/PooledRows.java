package org.isogloss.encoder.engine;

import java.util.List;
import org.isogloss.encoder.space.View;

/** The vectors of a micro-batch before they are brought to unit length. */
final class PooledRows {
  /**
   * Where one vector lies; equal if it is the same place in the same array.
   *
   * @param values of many vectors
   * @param from where its first component lies
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Row(float[] values, int from) {}

  private final List<? extends BatchPlan<?>> plans;
  private final List<float[]> values;
  private final int[] partOf;
  private final int[] placeInPart;
  private final int dimension;

  /**
   * @param parts the items of each part, by their place in the micro-batch
   * @param values of each part, {@code [outputs of its plan][dimension]}
   */
  PooledRows(
      List<List<Integer>> parts,
      List<? extends BatchPlan<?>> plans,
      List<float[]> values,
      int dimension) {
    this.plans = plans;
    this.values = values;
    this.dimension = dimension;
    int items = parts.stream().mapToInt(List::size).sum();
    this.partOf = new int[items];
    this.placeInPart = new int[items];
    for (int part = 0; part < parts.size(); part++) {
      List<Integer> places = parts.get(part);
      for (int i = 0; i < places.size(); i++) {
        partOf[places.get(i)] = part;
        placeInPart[places.get(i)] = i;
      }
    }
  }

  /** The vector of an item in a view that was asked for. */
  Row of(int item, View view) {
    int part = partOf[item];
    int output = plans.get(part).output(placeInPart[item], view);
    return new Row(values.get(part), output * dimension);
  }
}
