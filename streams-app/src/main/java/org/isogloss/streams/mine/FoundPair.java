package org.isogloss.streams.mine;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;

/**
 * A pair that was found and is not written yet.
 *
 * @param source key of the source's row in the store
 * @param target key of the target's row in the store
 */
record FoundPair(double margin, double cosine, Bytes source, Bytes target) {
  /** Bounds both a record of the store's changelog and the pairs written in one go. */
  private static final int CHUNK_PAIRS = 512;

  private static final int CHUNK_BYTES = 256 << 10;

  /** The pairs, best first, as values of the store: none when there are no pairs. */
  static List<byte[]> toChunks(List<FoundPair> pairs) {
    List<byte[]> chunks = new ArrayList<>();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    int inChunk = 0;
    try {
      for (FoundPair pair : pairs) {
        out.writeDouble(pair.margin);
        out.writeDouble(pair.cosine);
        out.writeInt(pair.source.get().length);
        out.write(pair.source.get());
        out.writeInt(pair.target.get().length);
        out.write(pair.target.get());
        inChunk++;
        if (inChunk == CHUNK_PAIRS || bytes.size() >= CHUNK_BYTES) {
          chunks.add(bytes.toByteArray());
          bytes.reset();
          inChunk = 0;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (inChunk > 0) {
      chunks.add(bytes.toByteArray());
    }
    return chunks;
  }

  static List<FoundPair> fromChunk(byte[] chunk) {
    List<FoundPair> pairs = new ArrayList<>();
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(chunk))) {
      while (in.available() > 0) {
        double margin = in.readDouble();
        double cosine = in.readDouble();
        Bytes source = Bytes.wrap(in.readNBytes(in.readInt()));
        Bytes target = Bytes.wrap(in.readNBytes(in.readInt()));
        pairs.add(new FoundPair(margin, cosine, source, target));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return pairs;
  }
}
