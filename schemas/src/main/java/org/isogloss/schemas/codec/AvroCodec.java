package org.isogloss.schemas.codec;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.avro.Schema;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * Turns records of one type into bytes and back; the package describes the format. Safe for use by
 * many threads.
 *
 * @param <T> a generated record
 */
public final class AvroCodec<T extends SpecificRecord> {
  private static final int KEPT_BUFFER_BYTES = 1 << 20;
  private static final int FIRST_BUFFER_BYTES = 512;

  private final Schema schema;
  private final byte[] header;
  private final DatumWriter<T> writer;
  private final RecordDecoder<T> decoder;
  private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);

  private AvroCodec(Class<T> type, WriterSchemas writers) {
    TrustedRecords.ensure();
    SpecificData model = SpecificData.getForClass(type);
    this.schema = model.getSchema(type);
    this.header = SingleObject.header(Fingerprints.of(schema));
    this.writer = new SpecificDatumWriter<>(schema, model);
    this.decoder =
        new RecordDecoder<>(writers, written -> new SpecificDatumReader<>(written, schema, model));
  }

  /** A codec that reads what this build writes. */
  public static <T extends SpecificRecord> AvroCodec<T> of(Class<T> type) {
    return of(type, WriterSchemas.ours());
  }

  /**
   * A codec that reads what was written with any of these schemas, as far as Avro can resolve them
   * to the type's own.
   */
  public static <T extends SpecificRecord> AvroCodec<T> of(Class<T> type, WriterSchemas writers) {
    return new AvroCodec<>(type, writers);
  }

  /** The schema written. */
  public Schema schema() {
    return schema;
  }

  /** Whether the bytes were written with the very schema this codec writes. */
  public boolean wrote(byte[] record) {
    return SingleObject.isFramed(record)
        && SingleObject.fingerprint(record) == SingleObject.fingerprint(header);
  }

  /** The record in single-object encoding. */
  public byte[] encode(T record) {
    Scratch buffers = scratch.get();
    try {
      buffers.bytes.reset();
      buffers.bytes.write(header, 0, header.length);
      writer.write(record, buffers.encoder);
      buffers.encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      // A half-written record must not stand in the buffer before the next one.
      scratch.remove();
      throw e;
    }
    byte[] encoded = buffers.bytes.toByteArray();
    if (encoded.length > KEPT_BUFFER_BYTES) {
      scratch.remove();
    }
    return encoded;
  }

  /**
   * The record of these bytes.
   *
   * @throws UnknownSchemaException if they name a schema that is not known
   * @throws InvalidTextException if a text is not UTF-8
   * @throws UndecodableRecordException if they are no record, or of a type that cannot be resolved
   */
  public T decode(byte[] record) {
    return decoder.decode(record);
  }

  /** This codec for Kafka. A null stays null: it is a tombstone, and no record. */
  public Serde<T> serde() {
    return Serdes.serdeFrom(
        (topic, record) -> record == null ? null : encode(record),
        (topic, bytes) -> bytes == null ? null : decode(bytes));
  }

  private static final class Scratch {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream(FIRST_BUFFER_BYTES);
    final StrictEncoder encoder = new StrictEncoder(bytes);
  }
}
