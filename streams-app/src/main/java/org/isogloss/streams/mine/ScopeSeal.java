package org.isogloss.streams.mine;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.isogloss.schemas.record.EndOffset;
import org.isogloss.schemas.record.Seal;

/**
 * How far a scope reaches.
 *
 * @param offset of the seal in its partition of {@code isogloss.scopes}
 * @param count its sentences before the end offsets
 * @param endOffsets by partition of {@code isogloss.sentences}, exclusive
 */
record ScopeSeal(long offset, long count, SortedMap<Integer, Long> endOffsets) {
  ScopeSeal {
    endOffsets = Collections.unmodifiableSortedMap(new TreeMap<>(endOffsets));
  }

  static ScopeSeal of(Seal seal, long offset) {
    SortedMap<Integer, Long> ends = new TreeMap<>();
    for (EndOffset end : seal.getEndOffsets()) {
      ends.put(end.getPartition(), end.getOffset());
    }
    return new ScopeSeal(offset, seal.getCount(), ends);
  }

  Seal record(String scope) {
    return Seal.newBuilder()
        .setScope(scope)
        .setCount(count)
        .setEndOffsets(endOffsets.entrySet().stream().map(ScopeSeal::endOffset).toList())
        .build();
  }

  private static EndOffset endOffset(Map.Entry<Integer, Long> end) {
    return new EndOffset(end.getKey(), end.getValue());
  }

  /** Whether the place is before the end. A partition that was not there yet lies behind it. */
  boolean covers(Place place) {
    Long end = endOffsets.get(place.partition());
    return end != null && place.offset() < end;
  }
}
