package org.isogloss.schemas.codec;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.avro.Schema;

/** Finds the schema a record was written with. Implementations are safe for many threads. */
@FunctionalInterface
public interface WriterSchemas {
  /** The schema of this fingerprint; empty where it is not known. */
  Optional<Schema> find(long fingerprint);

  /** The schemas of this build and no others. */
  static WriterSchemas ours() {
    return OurSchemas.INSTANCE;
  }

  /** Exactly these schemas. */
  static WriterSchemas of(List<Schema> schemas) {
    Map<Long, Schema> byFingerprint =
        schemas.stream()
            .collect(Collectors.toMap(Fingerprints::of, Function.identity(), (a, b) -> a));
    return fingerprint -> Optional.ofNullable(byFingerprint.get(fingerprint));
  }

  /** Every schema this build writes. */
  static List<Schema> allOurs() {
    return OurSchemas.ALL;
  }

  /** These schemas first, then the others. */
  default WriterSchemas or(WriterSchemas others) {
    return fingerprint -> find(fingerprint).or(() -> others.find(fingerprint));
  }
}
