package org.isogloss.schemas.codec;

import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.io.DatumReader;

/** Decoding common to all targets: the frame, the writer's schema, and no byte left over. */
final class RecordDecoder<T> {
  private final WriterSchemas writers;
  private final Function<Schema, DatumReader<T>> newReader;
  private final ConcurrentMap<Long, DatumReader<T>> readers = new ConcurrentHashMap<>();

  RecordDecoder(WriterSchemas writers, Function<Schema, DatumReader<T>> newReader) {
    this.writers = writers;
    this.newReader = newReader;
  }

  T decode(byte[] record) {
    if (!SingleObject.isFramed(record)) {
      throw new UndecodableRecordException(
          "not Avro single-object encoding: " + record.length + " bytes without its marker");
    }
    DatumReader<T> reader = reader(SingleObject.fingerprint(record));
    StrictDecoder decoder = new StrictDecoder(record, SingleObject.HEADER_BYTES);
    T value;
    try {
      value = reader.read(null, decoder);
      if (!decoder.isEnd()) {
        throw new UndecodableRecordException("bytes are left over behind the record");
      }
    } catch (IOException
        | AvroRuntimeException
        | IndexOutOfBoundsException
        | ClassCastException
        | NegativeArraySizeException e) {
      throw new UndecodableRecordException(
          "the bytes do not match the schema they name: " + e.getMessage(), e);
    }
    return value;
  }

  private DatumReader<T> reader(long fingerprint) {
    DatumReader<T> known = readers.get(fingerprint);
    if (known != null) {
      return known;
    }
    Schema writer =
        writers.find(fingerprint).orElseThrow(() -> new UnknownSchemaException(fingerprint));
    return readers.computeIfAbsent(fingerprint, key -> newReader.apply(writer));
  }
}
