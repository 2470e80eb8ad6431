package org.isogloss.schemas.codec;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.Encoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.util.Utf8;

/** Avro's binary encoder, save that no character of a text is replaced. */
final class StrictEncoder extends Encoder {
  private final BinaryEncoder out;

  StrictEncoder(OutputStream stream) {
    this.out = EncoderFactory.get().binaryEncoder(stream, null);
  }

  @Override
  public void writeString(String text) throws IOException {
    out.writeBytes(StrictText.encode(text));
  }

  @Override
  public void writeString(CharSequence text) throws IOException {
    writeString(text.toString());
  }

  @Override
  public void writeString(Utf8 text) throws IOException {
    out.writeString(text);
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }

  @Override
  public void writeNull() throws IOException {
    out.writeNull();
  }

  @Override
  public void writeBoolean(boolean value) throws IOException {
    out.writeBoolean(value);
  }

  @Override
  public void writeInt(int value) throws IOException {
    out.writeInt(value);
  }

  @Override
  public void writeLong(long value) throws IOException {
    out.writeLong(value);
  }

  @Override
  public void writeFloat(float value) throws IOException {
    out.writeFloat(value);
  }

  @Override
  public void writeDouble(double value) throws IOException {
    out.writeDouble(value);
  }

  @Override
  public void writeBytes(ByteBuffer bytes) throws IOException {
    out.writeBytes(bytes);
  }

  @Override
  public void writeBytes(byte[] bytes, int start, int length) throws IOException {
    out.writeBytes(bytes, start, length);
  }

  @Override
  public void writeFixed(byte[] bytes, int start, int length) throws IOException {
    out.writeFixed(bytes, start, length);
  }

  @Override
  public void writeEnum(int value) throws IOException {
    out.writeEnum(value);
  }

  @Override
  public void writeArrayStart() throws IOException {
    out.writeArrayStart();
  }

  @Override
  public void setItemCount(long count) throws IOException {
    out.setItemCount(count);
  }

  @Override
  public void startItem() throws IOException {
    out.startItem();
  }

  @Override
  public void writeArrayEnd() throws IOException {
    out.writeArrayEnd();
  }

  @Override
  public void writeMapStart() throws IOException {
    out.writeMapStart();
  }

  @Override
  public void writeMapEnd() throws IOException {
    out.writeMapEnd();
  }

  @Override
  public void writeIndex(int index) throws IOException {
    out.writeIndex(index);
  }
}
