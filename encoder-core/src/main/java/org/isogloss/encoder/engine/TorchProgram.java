package org.isogloss.encoder.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
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

/**
 * TorchScript source, kept among the resources, packed into an archive as {@code torch.jit.save}
 * would write it, and compiled by libtorch when loaded. Safe for several threads.
 */
final class TorchProgram implements AutoCloseable {
  private static final String HEAD =
      """
      class M(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool

      """;

  /** A pickle of a module of the class M whose only attribute is training = True. */
  private static final byte[] MODULE_PICKLE = modulePickle();

  /** A pickle of an empty tuple. */
  private static final byte[] CONSTANTS_PICKLE = {(byte) 0x80, 2, ')', '.'};

  private final PtSymbolBlock block;

  private TorchProgram(PtSymbolBlock block) {
    this.block = block;
  }

  /**
   * Compiles the methods of these resources as one class.
   *
   * @param owner closes it, at the latest
   * @throws IsoglossException ENGINE_UNAVAILABLE if libtorch does not take it
   */
  static TorchProgram compile(NDManager owner, String... resources) {
    PtNDManager manager = (PtNDManager) owner;
    try {
      StringBuilder source = new StringBuilder(HEAD);
      for (String resource : resources) {
        source.append(read(resource));
      }
      Path file = Files.createTempFile("isogloss-program-", ".pt");
      try {
        Files.write(file, archive(source.toString()));
        return new TorchProgram(
            JniUtils.loadModule(manager, file, false, new String[0], new String[0], false));
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.ENGINE_UNAVAILABLE, "a program for libtorch cannot be unpacked", e);
    } catch (RuntimeException e) {
      throw new IsoglossException(
          ErrorCode.ENGINE_UNAVAILABLE,
          "libtorch does not take the program " + String.join(", ", resources),
          e);
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

  /**
   * Runs {@code forward}. Arrays named {@code x[]} come as one list.
   *
   * @param recorded whether gradients are recorded
   * @return belongs to the first argument's manager
   */
  NDArray forward(NDList arguments, boolean recorded) {
    return IValueUtils.forward(block, arguments, recorded).singletonOrThrow();
  }

  @Override
  public void close() {
    block.close();
  }

  private static String read(String resource) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(TorchProgram.class.getResourceAsStream(resource), resource)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private static byte[] archive(String source) throws IOException {
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
