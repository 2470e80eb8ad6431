package org.isogloss.schemas.codec;

import java.util.HexFormat;
import java.util.OptionalLong;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;

/** Schema fingerprints: CRC-64-AVRO of the parsing canonical form (Avro specification). */
public final class Fingerprints {
  private Fingerprints() {}

  public static long of(Schema schema) {
    return SchemaNormalization.parsingFingerprint64(schema);
  }

  /** 16 hexadecimal digits in lower case, most significant first. */
  public static String hex(long fingerprint) {
    return HexFormat.of().toHexDigits(fingerprint);
  }

  /** The fingerprint of the schema that wrote this record; empty for bytes of another form. */
  public static OptionalLong writer(byte[] record) {
    return SingleObject.isFramed(record)
        ? OptionalLong.of(SingleObject.fingerprint(record))
        : OptionalLong.empty();
  }
}
