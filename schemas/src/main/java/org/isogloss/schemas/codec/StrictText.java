package org.isogloss.schemas.codec;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/** UTF-8 that refuses what it cannot hold, where Java's own conversions put a replacement. */
final class StrictText {
  private static final char REPLACEMENT = '\uFFFD';
  private static final int CHUNK = 1024;

  private StrictText() {}

  static String decode(byte[] utf8) {
    String text = new String(utf8, StandardCharsets.UTF_8);
    // Faulty bytes always leave a replacement character, so that valid text is scanned once, fast.
    if (text.indexOf(REPLACEMENT) >= 0) {
      refuseFaults(utf8);
    }
    return text;
  }

  private static void refuseFaults(byte[] utf8) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(utf8);
    CharBuffer out = CharBuffer.allocate(CHUNK);
    CoderResult result;
    do {
      out.clear();
      result = decoder.decode(in, out, true);
    } while (result.isOverflow());
    if (result.isError()) {
      int at = in.position();
      boolean surrogate = isSurrogate(utf8, at);
      throw new InvalidTextException(
          (surrogate ? "half a surrogate pair" : "not UTF-8") + " at byte " + at, surrogate);
    }
  }

  private static boolean isSurrogate(byte[] utf8, int at) {
    return at + 2 < utf8.length
        && utf8[at] == (byte) 0xED
        && (utf8[at + 1] & 0xE0) == 0xA0
        && (utf8[at + 2] & 0xC0) == 0x80;
  }

  static byte[] encode(String text) {
    int lone = firstLoneSurrogate(text, 0);
    if (lone < 0) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    ByteBuffer out = ByteBuffer.allocate(Math.multiplyExact(text.length(), 3));
    int start = 0;
    while (lone >= 0) {
      out.put(text.substring(start, lone).getBytes(StandardCharsets.UTF_8));
      char half = text.charAt(lone);
      out.put((byte) (0xE0 | half >> 12))
          .put((byte) (0x80 | half >> 6 & 0x3F))
          .put((byte) (0x80 | half & 0x3F));
      start = lone + 1;
      lone = firstLoneSurrogate(text, start);
    }
    out.put(text.substring(start).getBytes(StandardCharsets.UTF_8)).flip();
    byte[] bytes = new byte[out.remaining()];
    out.get(bytes);
    return bytes;
  }

  private static int firstLoneSurrogate(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        if (Character.isHighSurrogate(c)
            && i + 1 < text.length()
            && Character.isLowSurrogate(text.charAt(i + 1))) {
          i++;
        } else {
          return i;
        }
      }
    }
    return -1;
  }
}
