package org.isogloss.streams.mine;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.Bytes;

/**
 * Keys of the stores: parts in sequence, such that byte order is the order of the parts and no
 * text, whatever it holds, runs into the next part. A text is its UTF-8 with every {@code 00}
 * written as {@code 00 FF}, closed by {@code 00 01}; a number is big-endian with its sign bit
 * turned.
 */
final class StoreKey {
  private static final int TERMINATOR = 0x01;
  private static final int ESCAPED_ZERO = 0xFF;

  private final ByteArrayOutputStream bytes;

  private StoreKey(int size) {
    bytes = new ByteArrayOutputStream(size);
  }

  static StoreKey of(String text) {
    return new StoreKey(64).with(text);
  }

  StoreKey with(String text) {
    for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
      bytes.write(each);
      if (each == 0) {
        bytes.write(ESCAPED_ZERO);
      }
    }
    bytes.write(0);
    bytes.write(TERMINATOR);
    return this;
  }

  StoreKey with(int number) {
    int turned = number ^ Integer.MIN_VALUE;
    for (int shift = 24; shift >= 0; shift -= 8) {
      bytes.write(turned >>> shift);
    }
    return this;
  }

  StoreKey with(long number) {
    return with((int) (number >> 32)).with((int) number ^ Integer.MIN_VALUE);
  }

  Bytes bytes() {
    return Bytes.wrap(bytes.toByteArray());
  }

  /** The first key behind all that start with these parts. The parts must end with a text. */
  Bytes end() {
    byte[] end = bytes.toByteArray();
    end[end.length - 1]++;
    return Bytes.wrap(end);
  }

  /** The first key behind this one. */
  static Bytes after(Bytes key) {
    byte[] next = java.util.Arrays.copyOf(key.get(), key.get().length + 1);
    return Bytes.wrap(next);
  }

  /** Reads the parts of a key in their order. */
  static final class Reader {
    private final byte[] key;
    private int position;

    Reader(Bytes key) {
      this.key = key.get();
    }

    String text() {
      ByteArrayOutputStream text = new ByteArrayOutputStream(key.length - position);
      while (true) {
        byte next = key[position++];
        if (next == 0) {
          if (key[position++] == TERMINATOR) {
            return text.toString(StandardCharsets.UTF_8);
          }
        }
        text.write(next);
      }
    }

    int number() {
      int turned = 0;
      for (int i = 0; i < Integer.BYTES; i++) {
        turned = (turned << 8) | (key[position++] & 0xFF);
      }
      return turned ^ Integer.MIN_VALUE;
    }

    long longNumber() {
      long high = number();
      long low = (number() ^ Integer.MIN_VALUE) & 0xFFFF_FFFFL;
      return (high << 32) | low;
    }
  }
}
