package org.isogloss.trainer.crosslingual;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.module.ModuleTensors;

/**
 * Cuts a parallel adapter to a smaller bottleneck: of each layer those units stay whose paths
 * through the bottleneck are the strongest, by ‖down row‖ · ‖up column‖, in their order. What the
 * others added is lost; the biases behind the bottleneck stay.
 */
final class StrongestUnits {
  private StrongestUnits() {}

  /**
   * @param tensors of an alignment with an adapter in the layers that they name; what is no part of
   *     an adapter stays as it is
   * @param bottleneck at most that of the tensors
   */
  static Map<String, TensorEntry> of(Map<String, TensorEntry> tensors, int bottleneck) {
    Map<String, TensorEntry> cut = new LinkedHashMap<>(tensors);
    for (int layer = 0; ; layer++) {
      String down = ModuleTensors.adapter(layer, "down.weight");
      TensorEntry before = tensors.get(down);
      if (before == null) {
        return cut;
      }
      String bias = ModuleTensors.adapter(layer, "down.bias");
      String up = ModuleTensors.adapter(layer, "up.weight");
      int units = Math.toIntExact(before.shape().getFirst());
      float[] rows = before.toFloats();
      float[] columns = tensor(tensors, up).toFloats();
      float[] offsets = tensor(tensors, bias).toFloats();
      int inputs = rows.length / units;
      int outputs = columns.length / units;
      int[] kept = strongest(rows, columns, units, bottleneck);
      float[] keptRows = new float[bottleneck * inputs];
      float[] keptOffsets = new float[bottleneck];
      float[] keptColumns = new float[outputs * bottleneck];
      for (int i = 0; i < bottleneck; i++) {
        System.arraycopy(rows, kept[i] * inputs, keptRows, i * inputs, inputs);
        keptOffsets[i] = offsets[kept[i]];
        for (int o = 0; o < outputs; o++) {
          keptColumns[o * bottleneck + i] = columns[o * units + kept[i]];
        }
      }
      cut.put(down, TensorEntry.of(down, List.of((long) bottleneck, (long) inputs), keptRows));
      cut.put(bias, TensorEntry.of(bias, List.of((long) bottleneck), keptOffsets));
      cut.put(up, TensorEntry.of(up, List.of((long) outputs, (long) bottleneck), keptColumns));
    }
  }

  private static int[] strongest(float[] rows, float[] columns, int units, int bottleneck) {
    int inputs = rows.length / units;
    int outputs = columns.length / units;
    double[] strength = new double[units];
    for (int unit = 0; unit < units; unit++) {
      double in = 0;
      for (int i = 0; i < inputs; i++) {
        double value = rows[unit * inputs + i];
        in += value * value;
      }
      double out = 0;
      for (int o = 0; o < outputs; o++) {
        double value = columns[o * units + unit];
        out += value * value;
      }
      strength[unit] = in * out;
    }
    return IntStream.range(0, units)
        .boxed()
        .sorted(
            Comparator.comparingDouble((Integer unit) -> -strength[unit])
                .thenComparing(Comparator.naturalOrder()))
        .limit(bottleneck)
        .sorted()
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static TensorEntry tensor(Map<String, TensorEntry> tensors, String name) {
    TensorEntry found = tensors.get(name);
    if (found == null) {
      throw new IllegalArgumentException("no " + name);
    }
    return found;
  }
}
