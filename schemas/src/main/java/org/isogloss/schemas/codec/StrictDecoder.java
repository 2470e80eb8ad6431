package org.isogloss.schemas.codec;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.Decoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.util.Utf8;

/**
 * Avro's binary decoder over an array, save that text must be UTF-8 and that no length in the data
 * makes it reserve more than the data can hold.
 */
final class StrictDecoder extends Decoder {
  private final BinaryDecoder in;

  StrictDecoder(byte[] bytes, int offset) {
    this.in = DecoderFactory.get().binaryDecoder(bytes, offset, bytes.length - offset, null);
  }

  boolean isEnd() throws IOException {
    return in.isEnd();
  }

  private byte[] lengthPrefixed() throws IOException {
    long length = in.readLong();
    if (length < 0 || length > remainingBytes()) {
      throw new EOFException("a length of " + length + " with fewer bytes left");
    }
    byte[] bytes = new byte[(int) length];
    in.readFixed(bytes);
    return bytes;
  }

  /** Elements take a byte at least in every schema of ours, so that more are a lie. */
  private long bounded(long items) throws IOException {
    if (items > remainingBytes()) {
      throw new AvroRuntimeException("a block of " + items + " items with fewer bytes left");
    }
    return items;
  }

  @Override
  public String readString() throws IOException {
    return StrictText.decode(lengthPrefixed());
  }

  @Override
  public Utf8 readString(Utf8 old) throws IOException {
    return new Utf8(readString());
  }

  @Override
  public void skipString() throws IOException {
    in.skipString();
  }

  @Override
  public ByteBuffer readBytes(ByteBuffer old) throws IOException {
    return ByteBuffer.wrap(lengthPrefixed());
  }

  @Override
  public int remainingBytes() {
    return in.remainingBytes();
  }

  @Override
  public void readNull() throws IOException {
    in.readNull();
  }

  @Override
  public boolean readBoolean() throws IOException {
    return in.readBoolean();
  }

  @Override
  public int readInt() throws IOException {
    return in.readInt();
  }

  @Override
  public long readLong() throws IOException {
    return in.readLong();
  }

  @Override
  public float readFloat() throws IOException {
    return in.readFloat();
  }

  @Override
  public double readDouble() throws IOException {
    return in.readDouble();
  }

  @Override
  public void skipBytes() throws IOException {
    in.skipBytes();
  }

  @Override
  public void readFixed(byte[] bytes, int start, int length) throws IOException {
    in.readFixed(bytes, start, length);
  }

  @Override
  public void skipFixed(int length) throws IOException {
    in.skipFixed(length);
  }

  @Override
  public int readEnum() throws IOException {
    return in.readEnum();
  }

  @Override
  public long readArrayStart() throws IOException {
    return bounded(in.readArrayStart());
  }

  @Override
  public long arrayNext() throws IOException {
    return bounded(in.arrayNext());
  }

  @Override
  public long skipArray() throws IOException {
    return bounded(in.skipArray());
  }

  @Override
  public long readMapStart() throws IOException {
    return bounded(in.readMapStart());
  }

  @Override
  public long mapNext() throws IOException {
    return bounded(in.mapNext());
  }

  @Override
  public long skipMap() throws IOException {
    return bounded(in.skipMap());
  }

  @Override
  public int readIndex() throws IOException {
    return in.readIndex();
  }
}
