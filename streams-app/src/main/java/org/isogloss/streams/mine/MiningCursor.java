package org.isogloss.streams.mine;

import java.util.ArrayList;
import java.util.List;

/**
 * How far the mining of a scope has come.
 *
 * @param planned the pairs of languages to mine, in order
 * @param next index of the pair at work; {@code planned.size()} when all are done
 * @param chunks of results in the store for the pair at work; {@link #NOT_MINED} before
 * @param written how many of these chunks stand in the output
 * @param mined the pairs of languages that are done and were not refused
 * @param pairs sentence pairs written so far
 */
record MiningCursor(
    List<LanguagePair> planned,
    int next,
    int chunks,
    int written,
    List<LanguagePair> mined,
    long pairs) {
  static final int NOT_MINED = -1;

  MiningCursor {
    planned = List.copyOf(planned);
    mined = List.copyOf(mined);
  }

  static MiningCursor over(List<LanguagePair> planned) {
    return new MiningCursor(planned, 0, NOT_MINED, 0, List.of(), 0);
  }

  boolean isFinished() {
    return next == planned.size();
  }

  LanguagePair current() {
    return planned.get(next);
  }

  boolean isMined() {
    return chunks != NOT_MINED;
  }

  MiningCursor found(int resultChunks) {
    return new MiningCursor(planned, next, resultChunks, 0, mined, pairs);
  }

  MiningCursor wrote(int more) {
    return new MiningCursor(planned, next, chunks, written + 1, mined, pairs + more);
  }

  MiningCursor refused() {
    return new MiningCursor(planned, next + 1, NOT_MINED, 0, mined, pairs);
  }

  MiningCursor done() {
    List<LanguagePair> done = new ArrayList<>(mined);
    done.add(current());
    return new MiningCursor(planned, next + 1, NOT_MINED, 0, done, pairs);
  }
}
