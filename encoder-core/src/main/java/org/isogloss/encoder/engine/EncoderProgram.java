package org.isogloss.encoder.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The encoder as TorchScript source, kept among the resources, packed into an archive as {@code
 * torch.jit.save} would write it, and compiled by libtorch when loaded. Safe for several threads.
 */
final class EncoderProgram implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EncoderProgram.class);
  private static final String SOURCE = "encoder.torchscript";

  private static final String HEAD =
      """
      class M(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool

      """;

  /** How dense layers are computed. */
  enum Dense {
    /** oneDNN with packed weights: CPU, float32. */
    ONEDNN("dense-onednn.torchscript", 16),
    /** libtorch's own operators: any device, any precision, differentiable. */
    ATEN("dense-aten.torchscript", 1);

    private final String resource;
    private final int granule;

    Dense(String resource, int granule) {
      this.resource = resource;
      this.granule = granule;
    }

    /**
     * What the number of rows should be a multiple of. oneDNN generates code for every number of
     * rows it meets, for some milliseconds each, so it should meet few.
     */
    int granule() {
      return granule;
    }
  }

  /** A pickle of a module of the class M whose only attribute is training = True. */
  private static final byte[] MODULE_PICKLE = modulePickle();

  /** A pickle of an empty tuple. */
  private static final byte[] CONSTANTS_PICKLE = {(byte) 0x80, 2, ')', '.'};

  private final PtSymbolBlock block;
  private final Dense dense;

  private EncoderProgram(PtSymbolBlock block, Dense dense) {
    this.block = block;
    this.dense = dense;
  }

  /**
   * Compiles the program with the dense layers that suit the device: on a CPU oneDNN's, if this
   * libtorch has it. Its kernels follow the instruction set alone, where MKL's are slow on CPUs
   * that are not Intel's.
   *
   * @param owner closes it, at the latest
   */
  static EncoderProgram loadFor(NDManager owner, Device device) {
    if (device.isCpu()) {
      try {
        return load(owner, Dense.ONEDNN);
      } catch (IsoglossException e) {
        log.warn("this libtorch has no oneDNN; dense layers run on its own operators");
        log.debug("compiling for oneDNN failed", e);
      }
    }
    return load(owner, Dense.ATEN);
  }

  static EncoderProgram load(NDManager owner, Dense dense) {
    PtNDManager manager = (PtNDManager) owner;
    try {
      Path file = Files.createTempFile("isogloss-encoder-", ".pt");
      try {
        Files.write(file, archive(HEAD + read(dense.resource) + read(SOURCE)));
        return new EncoderProgram(
            JniUtils.loadModule(manager, file, false, new String[0], new String[0], false), dense);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.ENGINE_UNAVAILABLE, "the encoder's program cannot be unpacked", e);
    } catch (RuntimeException e) {
      throw new IsoglossException(
          ErrorCode.ENGINE_UNAVAILABLE, "libtorch does not take the encoder's program", e);
    }
  }

  /** Runs a method; the caller closes the answer. */
  IValue run(String method, IValue... arguments) {
    return IValueUtils.runMethod(block, method, arguments);
  }

  /** Runs a method whose result is one tensor, which belongs to that manager then. */
  PtNDArray run(String method, NDManager resultOwner, IValue... arguments) {
    try (IValue result = run(method, arguments)) {
      return result.toTensor((PtNDManager) resultOwner);
    }
  }

  Dense dense() {
    return dense;
  }

  @Override
  public void close() {
    block.close();
  }

  private static String read(String resource) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(EncoderProgram.class.getResourceAsStream(resource), resource)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  static byte[] archive(String source) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      store(zip, "m/data.pkl", MODULE_PICKLE);
      store(zip, "m/code/__torch__.py", source.getBytes(UTF_8));
      store(zip, "m/constants.pkl", CONSTANTS_PICKLE);
      store(zip, "m/.data/version", "10\n".getBytes(US_ASCII));
      store(zip, "m/byteorder", "little".getBytes(US_ASCII));
    }
    return bytes.toByteArray();
  }

  private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    CRC32 crc = new CRC32();
    crc.update(content);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  private static byte[] modulePickle() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {(byte) 0x80, 2});
    out.writeBytes("c__torch__\nM\n".getBytes(US_ASCII));
    out.writeBytes(new byte[] {')', (byte) 0x81, '}', '(', 'X', 8, 0, 0, 0});
    out.writeBytes("training".getBytes(US_ASCII));
    out.writeBytes(new byte[] {(byte) 0x88, 'u', 'b', '.'});
    return out.toByteArray();
  }
}
