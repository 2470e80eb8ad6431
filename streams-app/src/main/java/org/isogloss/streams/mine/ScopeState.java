package org.isogloss.streams.mine;

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
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything the miner knows of a scope save its rows.
 *
 * @param seal present from the first seal on
 * @param embedded distinct origins that arrived as embeddings
 * @param deadLetters distinct origins that arrived as dead letters
 */
record ScopeState(
    Step step, Optional<ScopeSeal> seal, long embedded, long deadLetters, MiningCursor cursor) {
  static final ScopeState NEW =
      new ScopeState(Step.COLLECTING, Optional.empty(), 0, 0, MiningCursor.over(List.of()));

  private static final int FORMAT = 1;

  ScopeState with(Step next) {
    return new ScopeState(next, seal, embedded, deadLetters, cursor);
  }

  ScopeState with(MiningCursor next) {
    return new ScopeState(step, seal, embedded, deadLetters, next);
  }

  ScopeState sealedBy(ScopeSeal newSeal) {
    return new ScopeState(Step.TRIMMING, Optional.of(newSeal), embedded, deadLetters, cursor);
  }

  ScopeState counting(long moreEmbedded, long moreDeadLetters) {
    return new ScopeState(
        step, seal, embedded + moreEmbedded, deadLetters + moreDeadLetters, cursor);
  }

  boolean reachesCount() {
    return seal.isPresent() && embedded + deadLetters >= seal.get().count();
  }

  byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
    try {
      DataOutputStream out = new DataOutputStream(bytes);
      out.writeByte(FORMAT);
      out.writeByte(step.code());
      out.writeBoolean(seal.isPresent());
      if (seal.isPresent()) {
        out.writeLong(seal.get().offset());
        out.writeLong(seal.get().count());
        out.writeInt(seal.get().endOffsets().size());
        for (Map.Entry<Integer, Long> end : seal.get().endOffsets().entrySet()) {
          out.writeInt(end.getKey());
          out.writeLong(end.getValue());
        }
      }
      out.writeLong(embedded);
      out.writeLong(deadLetters);
      write(out, cursor.planned());
      out.writeInt(cursor.next());
      out.writeInt(cursor.chunks());
      out.writeInt(cursor.written());
      write(out, cursor.mined());
      out.writeLong(cursor.pairs());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static ScopeState fromBytes(byte[] bytes) {
    try {
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
      int format = in.readByte();
      if (format != FORMAT) {
        throw new IllegalStateException("a scope's state of the unknown format " + format);
      }
      Step step = Step.of(in.readByte());
      Optional<ScopeSeal> seal = in.readBoolean() ? Optional.of(readSeal(in)) : Optional.empty();
      return new ScopeState(
          step,
          seal,
          in.readLong(),
          in.readLong(),
          new MiningCursor(
              readPairs(in),
              in.readInt(),
              in.readInt(),
              in.readInt(),
              readPairs(in),
              in.readLong()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ScopeSeal readSeal(DataInputStream in) throws IOException {
    long offset = in.readLong();
    long count = in.readLong();
    SortedMap<Integer, Long> ends = new TreeMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      ends.put(in.readInt(), in.readLong());
    }
    return new ScopeSeal(offset, count, ends);
  }

  private static void write(DataOutputStream out, List<LanguagePair> pairs) throws IOException {
    out.writeInt(pairs.size());
    for (LanguagePair pair : pairs) {
      out.writeUTF(pair.source());
      out.writeUTF(pair.target());
    }
  }

  private static List<LanguagePair> readPairs(DataInputStream in) throws IOException {
    List<LanguagePair> pairs = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      pairs.add(new LanguagePair(in.readUTF(), in.readUTF()));
    }
    return pairs;
  }
}
