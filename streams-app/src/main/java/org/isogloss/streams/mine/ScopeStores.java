package org.isogloss.streams.mine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.isogloss.kafka.KafkaSettings;

/**
 * The stores of one task, in the words of mining. Whatever may be long takes a deadline and says
 * whether it came to its end; what is left to do is then found again by a look at the stores.
 */
final class ScopeStores {
  private static final String ROWS = "rows";
  private static final String IDS = "ids";
  private static final String ORIGINS = "origins";
  private static final String SCOPES = "scopes";
  private static final String RESULTS = "results";

  /** Bounds what is held in memory while a range is deleted. */
  private static final int KEYS_AT_ONCE = 1000;

  private static final int SEEN_DEAD = 0;
  private static final int SEEN_EMBEDDED = 1;

  private final KeyValueStore<Bytes, byte[]> rows;
  private final KeyValueStore<Bytes, byte[]> ids;
  private final KeyValueStore<Bytes, byte[]> origins;
  private final KeyValueStore<Bytes, byte[]> scopes;
  private final KeyValueStore<Bytes, byte[]> results;

  ScopeStores(ProcessorContext<?, ?> context) {
    rows = context.getStateStore(ROWS);
    ids = context.getStateStore(IDS);
    origins = context.getStateStore(ORIGINS);
    scopes = context.getStateStore(SCOPES);
    results = context.getStateStore(RESULTS);
  }

  static List<StoreBuilder<?>> builders() {
    // A scope's state changes with every record of it: its changelog gets one record a commit.
    return List.of(
        builder(ROWS),
        builder(IDS),
        builder(ORIGINS),
        builder(SCOPES).withCachingEnabled(),
        builder(RESULTS));
  }

  private static StoreBuilder<KeyValueStore<Bytes, byte[]>> builder(String name) {
    // A row is no larger than the embedding it came in; the topic of those bounds it.
    return Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore(name), Serdes.Bytes(), Serdes.ByteArray())
        .withLoggingEnabled(
            Map.of(
                TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                Integer.toString(KafkaSettings.MAX_REQUEST_BYTES)));
  }

  ScopeState state(String scope) {
    byte[] bytes = scopes.get(StoreKey.of(scope).bytes());
    return bytes == null ? ScopeState.NEW : ScopeState.fromBytes(bytes);
  }

  void state(String scope, ScopeState state) {
    scopes.put(StoreKey.of(scope).bytes(), state.toBytes());
  }

  void eachScope(BiConsumer<String, ScopeState> visitor) {
    try (KeyValueIterator<Bytes, byte[]> all = scopes.all()) {
      while (all.hasNext()) {
        KeyValue<Bytes, byte[]> entry = all.next();
        visitor.accept(new StoreKey.Reader(entry.key).text(), ScopeState.fromBytes(entry.value));
      }
    }
  }

  boolean isKnown(String scope, Place place) {
    return origins.get(originKey(scope, place)) != null;
  }

  void addDeadLetter(String scope, Place place) {
    origins.put(originKey(scope, place), new byte[] {SEEN_DEAD});
  }

  /** Notes that the sentence was embedded, though its vector is of no use. */
  void addWithoutRow(String scope, Place place) {
    origins.put(originKey(scope, place), seen(List.of()));
  }

  void addRow(String scope, Place place, String language, String id, byte[] embedding) {
    origins.put(originKey(scope, place), seen(List.of(language, id)));
    ids.put(idKey(scope, id, place), language.getBytes(UTF_8));
    rows.put(rowKey(scope, language, id, place), embedding);
  }

  Optional<byte[]> row(Bytes key) {
    return Optional.ofNullable(rows.get(key));
  }

  /** What is taken out of a scope because it lies behind the seal. */
  record Trimmed(Place place, boolean embedded, Optional<byte[]> row) {}

  /** Takes out some of what lies behind the seal. */
  TrimResult trimSome(String scope, ScopeSeal seal) {
    List<KeyValue<Bytes, byte[]>> found = new ArrayList<>();
    for (Range range : behind(scope, seal)) {
      try (KeyValueIterator<Bytes, byte[]> each = origins.range(range.first, range.last)) {
        while (each.hasNext() && found.size() < KEYS_AT_ONCE) {
          found.add(each.next());
        }
      }
    }
    return new TrimResult(
        found.stream().map(origin -> takeOut(scope, origin)).toList(), found.size() < KEYS_AT_ONCE);
  }

  /**
   * @param whole whether nothing behind the seal is left
   */
  record TrimResult(List<Trimmed> trimmed, boolean whole) {}

  private record Range(Bytes first, Bytes last) {}

  /** The ranges of origins that the seal does not cover. */
  private static List<Range> behind(String scope, ScopeSeal seal) {
    List<Range> ranges = new ArrayList<>();
    int next = 0;
    for (Map.Entry<Integer, Long> end : seal.endOffsets().entrySet()) {
      int partition = end.getKey();
      if (partition > next) {
        ranges.add(
            new Range(
                originKey(scope, new Place(next, 0)),
                originKey(scope, new Place(partition - 1, Long.MAX_VALUE))));
      }
      ranges.add(
          new Range(
              originKey(scope, new Place(partition, end.getValue())),
              originKey(scope, new Place(partition, Long.MAX_VALUE))));
      next = partition + 1;
    }
    ranges.add(new Range(originKey(scope, new Place(next, 0)), StoreKey.of(scope).end()));
    return ranges;
  }

  private Trimmed takeOut(String scope, KeyValue<Bytes, byte[]> origin) {
    StoreKey.Reader key = new StoreKey.Reader(origin.key);
    key.text();
    Place place = new Place(key.number(), key.longNumber());
    origins.delete(origin.key);
    boolean embedded = origin.value[0] == SEEN_EMBEDDED;
    List<String> names = embedded ? names(origin.value) : List.of();
    Optional<byte[]> row = Optional.empty();
    if (!names.isEmpty()) {
      String language = names.get(0);
      String id = names.get(1);
      ids.delete(idKey(scope, id, place));
      row = Optional.ofNullable(rows.delete(rowKey(scope, language, id, place)));
    }
    return new Trimmed(place, embedded, row);
  }

  /** The first of equal ids in a scope: one row that counts. */
  record Winner(String language, Bytes rowKey) {}

  /**
   * Visits the winners in the order of their ids.
   *
   * @param from where to begin, as an earlier call returned it; empty: at the first
   * @return where to go on; empty at the end
   */
  Optional<Bytes> winners(
      String scope, Optional<Bytes> from, Deadline deadline, Consumer<Winner> to) {
    Bytes start = from.orElseGet(() -> StoreKey.of(scope).bytes());
    try (KeyValueIterator<Bytes, byte[]> each = ids.range(start, StoreKey.of(scope).end())) {
      Optional<String> last = Optional.empty();
      while (each.hasNext()) {
        KeyValue<Bytes, byte[]> entry = each.next();
        StoreKey.Reader key = new StoreKey.Reader(entry.key);
        key.text();
        String id = key.text();
        if (last.isPresent() && last.get().equals(id)) {
          continue;
        }
        // Between two ids, never among equal ones: so a slice never takes a second for a first.
        if (last.isPresent() && deadline.isPast()) {
          return Optional.of(entry.key);
        }
        last = Optional.of(id);
        String language = new String(entry.value, UTF_8);
        Place place = new Place(key.number(), key.longNumber());
        to.accept(new Winner(language, rowKey(scope, language, id, place)));
      }
    }
    return Optional.empty();
  }

  void results(String scope, int pair, List<byte[]> chunks) {
    for (int chunk = 0; chunk < chunks.size(); chunk++) {
      results.put(resultKey(scope, pair, chunk), chunks.get(chunk));
    }
  }

  byte[] takeResult(String scope, int pair, int chunk) {
    byte[] taken = results.delete(resultKey(scope, pair, chunk));
    if (taken == null) {
      throw new IllegalStateException(
          "results are missing in the store: " + scope + ", " + pair + ", " + chunk);
    }
    return taken;
  }

  /** Deletes some of what the scope left; true when nothing is left. */
  boolean clearSome(String scope) {
    return clearSome(rows, scope)
        && clearSome(ids, scope)
        && clearSome(origins, scope)
        && clearSome(results, scope);
  }

  private static boolean clearSome(KeyValueStore<Bytes, byte[]> store, String scope) {
    StoreKey prefix = StoreKey.of(scope);
    List<Bytes> keys = new ArrayList<>();
    try (KeyValueIterator<Bytes, byte[]> each = store.range(prefix.bytes(), prefix.end())) {
      while (each.hasNext() && keys.size() < KEYS_AT_ONCE) {
        keys.add(each.next().key);
      }
    }
    keys.forEach(store::delete);
    return keys.size() < KEYS_AT_ONCE;
  }

  private static Bytes originKey(String scope, Place place) {
    return StoreKey.of(scope).with(place.partition()).with(place.offset()).bytes();
  }

  private static Bytes idKey(String scope, String id, Place place) {
    return StoreKey.of(scope).with(id).with(place.partition()).with(place.offset()).bytes();
  }

  private static Bytes rowKey(String scope, String language, String id, Place place) {
    return StoreKey.of(scope)
        .with(language)
        .with(id)
        .with(place.partition())
        .with(place.offset())
        .bytes();
  }

  private static Bytes resultKey(String scope, int pair, int chunk) {
    return StoreKey.of(scope).with(pair).with(chunk).bytes();
  }

  private static byte[] seen(List<String> names) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(64);
    try {
      DataOutputStream out = new DataOutputStream(bytes);
      out.writeByte(SEEN_EMBEDDED);
      for (String name : names) {
        byte[] text = name.getBytes(UTF_8);
        out.writeInt(text.length);
        out.write(text);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static List<String> names(byte[] seen) {
    List<String> names = new ArrayList<>();
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(seen))) {
      in.readByte();
      while (in.available() > 0) {
        byte[] text = in.readNBytes(in.readInt());
        names.add(new String(text, UTF_8));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return names;
  }
}
