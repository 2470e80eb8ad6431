package org.isogloss.streams.command;

import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Brings results that come back in any order into the order in which their lines were read. A line
 * is known by its number until the broker has said where its record stands; a result is known by
 * that place. A result may come before the place is known; results of places that turn out to be
 * nobody's are other users', and are dropped. For one thread.
 *
 * @param <R> a result
 */
final class OrderedResults<R> {
  private record Place(int partition, long offset) {}

  private final Map<Place, Long> linesByPlace = new HashMap<>();
  private final Map<Integer, NavigableMap<Long, R>> unclaimed = new HashMap<>();
  private final Map<Long, R> finished = new HashMap<>();
  private long sent;
  private long unplaced;
  private long taken;

  /** A new line; lines are numbered from 0 in the order of these calls. */
  long add() {
    unplaced++;
    return sent++;
  }

  /** The line's result is known without asking anyone. Instead of {@link #place}. */
  void settle(long line, R result) {
    unplaced--;
    finished.put(line, result);
    dropWhatIsNobodys();
  }

  /** The line's record stands here. Within a partition the places must come in rising order. */
  void place(long line, int partition, long offset) {
    unplaced--;
    NavigableMap<Long, R> early = unclaimed.getOrDefault(partition, new TreeMap<>());
    R result = early.remove(offset);
    if (result == null) {
      linesByPlace.put(new Place(partition, offset), line);
    } else {
      finished.put(line, result);
    }
    early.headMap(offset, true).clear();
    dropWhatIsNobodys();
  }

  private void dropWhatIsNobodys() {
    if (unplaced == 0) {
      unclaimed.clear();
    }
  }

  /** The result of the record at this place; a second one of the same place is ignored. */
  void arrive(int partition, long offset, R result) {
    Long line = linesByPlace.remove(new Place(partition, offset));
    if (line != null) {
      finished.put(line, result);
    } else if (unplaced > 0) {
      unclaimed.computeIfAbsent(partition, unused -> new TreeMap<>()).put(offset, result);
    }
  }

  /** The result of the next line, if it is there. */
  Optional<R> next() {
    R result = finished.remove(taken);
    if (result == null) {
      return Optional.empty();
    }
    taken++;
    return Optional.of(result);
  }

  /** Lines added whose results have not been taken. */
  long outstanding() {
    return sent - taken;
  }

  /** Results taken. */
  long taken() {
    return taken;
  }

  /** Results kept though nobody may ever claim them. */
  long unclaimed() {
    return unclaimed.values().stream().mapToLong(Map::size).sum();
  }
}
