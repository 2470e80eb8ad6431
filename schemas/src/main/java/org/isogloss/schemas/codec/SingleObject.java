package org.isogloss.schemas.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The frame of single-object encoding: two bytes of marker, eight of fingerprint. */
final class SingleObject {
  static final int HEADER_BYTES = 10;
  private static final byte MARKER = (byte) 0xC3;
  private static final byte VERSION = 0x01;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private SingleObject() {}

  static boolean isFramed(byte[] record) {
    return record.length >= HEADER_BYTES && record[0] == MARKER && record[1] == VERSION;
  }

  static long fingerprint(byte[] record) {
    return (long) LONG.get(record, 2);
  }

  static byte[] header(long fingerprint) {
    byte[] header = new byte[HEADER_BYTES];
    header[0] = MARKER;
    header[1] = VERSION;
    LONG.set(header, 2, fingerprint);
    return header;
  }
}
