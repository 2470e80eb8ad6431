package org.isogloss.schemas.codec;

import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;

/** Decodes records of any type as their writer saw them. Safe for use by many threads. */
public final class AnyRecordDecoder {
  private final RecordDecoder<GenericRecord> decoder;

  public AnyRecordDecoder(WriterSchemas writers) {
    this.decoder =
        new RecordDecoder<>(
            writers, written -> new GenericDatumReader<>(written, written, new GenericData()));
  }

  /**
   * The record of these bytes, with the fields of its writer.
   *
   * @throws UnknownSchemaException if they name a schema that is not known
   * @throws UndecodableRecordException if they are no record
   */
  public GenericRecord decode(byte[] record) {
    return decoder.decode(record);
  }
}
