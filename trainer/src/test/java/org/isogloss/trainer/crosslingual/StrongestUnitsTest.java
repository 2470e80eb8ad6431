package org.isogloss.trainer.crosslingual;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isogloss.encoder.backbone.TensorEntry;
import org.junit.jupiter.api.Test;

class StrongestUnitsTest {
  private static void put(
      Map<String, TensorEntry> tensors, String name, List<Long> shape, float... values) {
    tensors.put(name, TensorEntry.of(name, shape, values));
  }

  private static float[] values(Map<String, TensorEntry> tensors, String name) {
    return Optional.ofNullable(tensors.get(name)).orElseThrow().toFloats();
  }

  private static Map<String, TensorEntry> adapter() {
    Map<String, TensorEntry> tensors = new LinkedHashMap<>();
    // Strong on one side alone is not strong: units 0 and 2 have the greater products.
    put(tensors, "adapter.0.down.weight", List.of(3L, 2L), 3, 4, 50, 0, 0, 2);
    put(tensors, "adapter.0.down.bias", List.of(3L), 0.5f, 0.6f, 0.7f);
    put(tensors, "adapter.0.up.weight", List.of(2L, 3L), 1, 0.01f, 3, 1, 0, 4);
    put(tensors, "adapter.0.up.bias", List.of(2L), 8, 9);
    put(tensors, "affine.offset", List.of(2L), 5, 6);
    return tensors;
  }

  @Test
  void thoseWithTheGreaterProductsStayInTheirOrder() {
    Map<String, TensorEntry> cut = StrongestUnits.of(adapter(), 2);
    assertThat(values(cut, "adapter.0.down.weight")).containsExactly(3, 4, 0, 2);
    assertThat(Optional.ofNullable(cut.get("adapter.0.down.weight")).map(TensorEntry::shape))
        .contains(List.of(2L, 2L));
    assertThat(values(cut, "adapter.0.down.bias")).containsExactly(0.5f, 0.7f);
    assertThat(values(cut, "adapter.0.up.weight")).containsExactly(1, 3, 1, 4);
    assertThat(values(cut, "adapter.0.up.bias")).containsExactly(8, 9);
    assertThat(values(cut, "affine.offset")).containsExactly(5, 6);
  }

  @Test
  void allUnitsAreTheAdapterItself() {
    StrongestUnits.of(adapter(), 3)
        .forEach(
            (name, tensor) ->
                assertThat(tensor.toFloats()).as(name).containsExactly(values(adapter(), name)));
  }
}
