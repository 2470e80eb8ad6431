package org.isogloss.streams.evaluate;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.isogloss.encoder.space.Digest;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.metrics.suite.Suite;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.codec.UndecodableRecordException;
import org.isogloss.schemas.codec.UnknownSchemaException;
import org.isogloss.schemas.record.EvaluationItem;

/**
 * The suites that were run, so that runs can be compared and recomputed without the folder or the
 * cluster they came from. One file a suite, {@code DIGEST.items}: gzip of the number of items (int,
 * big-endian) and per item its length (int) and its bytes, Avro single-object encoding. For one
 * thread.
 */
final class SuiteArchive {
  private final Path folder;
  private final AvroCodec<EvaluationItem> codec = AvroCodec.of(EvaluationItem.class);

  SuiteArchive(Path folder) {
    this.folder = folder;
  }

  /** Keeps the suite, unless it is kept already. */
  void keep(Suite suite) {
    Path file = file(suite.digest());
    if (Files.exists(file)) {
      return;
    }
    List<EvaluationItem> items = SuiteItems.of(suite);
    try {
      Files.createDirectories(folder);
      Path temporary = Files.createTempFile(folder, "suite", ".tmp");
      try (DataOutputStream out =
          new DataOutputStream(
              new BufferedOutputStream(new GZIPOutputStream(Files.newOutputStream(temporary))))) {
        out.writeInt(items.size());
        for (EvaluationItem item : items) {
          byte[] bytes = codec.encode(item);
          out.writeInt(bytes.length);
          out.write(bytes);
        }
      }
      move(temporary, file);
    } catch (IOException e) {
      throw new IsoglossException(ErrorCode.OUTPUT_FAILED, "cannot write " + file, e);
    }
  }

  /**
   * A suite that was kept, under the name it was kept with.
   *
   * @throws IsoglossException BAD_SUITE if it was not, or is damaged
   */
  Suite read(Digest digest) {
    Path file = file(digest);
    try (DataInputStream in =
        new DataInputStream(
            new BufferedInputStream(new GZIPInputStream(Files.newInputStream(file))))) {
      int count = in.readInt();
      List<EvaluationItem> items = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        items.add(codec.decode(in.readNBytes(in.readInt())));
      }
      return SuiteItems.suite(items);
    } catch (IOException | UndecodableRecordException | UnknownSchemaException e) {
      throw new IsoglossException(
          ErrorCode.BAD_SUITE, "%s cannot be read: run the suite again".formatted(file), e);
    }
  }

  private Path file(Digest digest) {
    return folder.resolve(digest.hex() + ".items");
  }

  static void move(Path temporary, Path file) throws IOException {
    try {
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
