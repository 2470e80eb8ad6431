package org.isogloss.streams.mine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.isogloss.schemas.codec.VectorBytes;
import org.isogloss.schemas.record.Embedding;
import org.isogloss.schemas.record.ModuleVersion;
import org.isogloss.schemas.record.Pair;
import org.isogloss.schemas.record.VectorType;
import org.isogloss.schemas.record.View;

/** An embedded sentence, and what the batch algorithm makes of many. */
@SuppressWarnings("ArrayRecordComponent")
record Item(
    String scope,
    String language,
    String id,
    Place place,
    float[] vector,
    VectorType type,
    String space) {
  static final String SPACE = "0123456789abcdef0123456789abcdef";

  static Item of(String scope, String language, String id, Place place, float... vector) {
    return new Item(scope, language, id, place, vector, VectorType.FP32, SPACE);
  }

  Item in(String otherSpace) {
    return new Item(scope, language, id, place, vector, type, otherSpace);
  }

  Item as(VectorType otherType) {
    return new Item(scope, language, id, place, vector, otherType, space);
  }

  String text() {
    return "text of " + id;
  }

  Embedding embedding() {
    return Embedding.newBuilder()
        .setId(id)
        .setLanguage(language)
        .setView(View.CROSS_LINGUAL)
        .setSpace(space)
        .setBackbone("b".repeat(64))
        .setLayers(8)
        .setLanguageModule(new ModuleVersion("language/" + language + "@1", "c".repeat(64)))
        .setAlignmentModule(null)
        .setDimension(vector.length)
        .setType(type)
        .setVector(VectorBytes.encode(vector, type))
        .setTokens(5)
        .setTruncated(false)
        .setText(text())
        .setScope(scope)
        .setSource("handmade")
        .setOrigin(place.origin())
        .build();
  }

  /** The vector as it travels. */
  private float[] carried() {
    return VectorBytes.decode(VectorBytes.encode(vector, type), type, vector.length);
  }

  /** The first of equal ids, by language, in the order of the ids. */
  static Map<String, List<Item>> winners(List<Item> items) {
    Map<String, Item> first = new HashMap<>();
    Comparator<Item> byPlace =
        Comparator.comparingInt((Item item) -> item.place.partition())
            .thenComparingLong(item -> item.place.offset());
    for (Item item : items) {
      first.merge(item.id, item, (a, b) -> byPlace.compare(a, b) <= 0 ? a : b);
    }
    return first.values().stream()
        .sorted(
            Comparator.comparing(
                item -> item.id.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned))
        .collect(Collectors.groupingBy(Item::language, TreeMap::new, Collectors.toList()));
  }

  /** What the batch algorithm finds in these items: every language against English. */
  static List<Found> batch(List<Item> items) {
    Map<String, List<Item>> byLanguage = winners(items);
    List<Item> targets = byLanguage.getOrDefault("en", List.of());
    List<Found> found = new ArrayList<>();
    for (Map.Entry<String, List<Item>> each : byLanguage.entrySet()) {
      if (!each.getKey().equals("en") && !targets.isEmpty()) {
        List<Item> sources = each.getValue();
        for (PairSearch.RowPair pair : BatchOracle.mine(vectors(sources), vectors(targets))) {
          found.add(
              new Found(
                  sources.get(pair.source()).id,
                  targets.get(pair.target()).id,
                  pair.margin(),
                  pair.cosine()));
        }
      }
    }
    return found;
  }

  private static float[][] vectors(List<Item> items) {
    return items.stream().map(Item::carried).toArray(float[][]::new);
  }

  /** What a mined pair comes down to. */
  record Found(String source, String target, double margin, double cosine) {
    static Found of(Pair pair) {
      return new Found(pair.getSourceId(), pair.getTargetId(), pair.getMargin(), pair.getCosine());
    }

    /** That the same pairs were found in the same order, with scores within rounding. */
    static void assertEqual(String what, List<Found> found, List<Found> expected) {
      assertThat(found).as(what).hasSameSizeAs(expected);
      for (int i = 0; i < expected.size(); i++) {
        assertThat(found.get(i).source()).as(what).isEqualTo(expected.get(i).source());
        assertThat(found.get(i).target()).as(what).isEqualTo(expected.get(i).target());
        assertThat(found.get(i).margin())
            .as(what)
            .isCloseTo(expected.get(i).margin(), within(1e-5));
        assertThat(found.get(i).cosine())
            .as(what)
            .isCloseTo(expected.get(i).cosine(), within(1e-5));
      }
    }
  }
}
