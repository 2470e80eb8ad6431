package org.isogloss.encoder.backbone;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.isogloss.encoder.space.Digest;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SHA-256 of large files, remembered beside them in {@code <file>.sha256} together with size and
 * time of modification, so that a start need not read 700 MB. A sidecar that does not fit, or
 * cannot be read or written, costs a computation and nothing else.
 */
final class FileDigests {
  private static final Logger log = LoggerFactory.getLogger(FileDigests.class);
  private static final Pattern SIDECAR =
      Pattern.compile("([0-9a-f]{64}) size=(\\d+) modifiedNanos=(-?\\d+)\\n");

  private FileDigests() {}

  /** The digest as remembered, else computed and remembered. */
  static Digest of(Path file) {
    try {
      String stamp = stamp(file);
      Path sidecar = sidecar(file);
      Optional<Digest> remembered = read(sidecar, stamp);
      if (remembered.isPresent()) {
        return remembered.orElseThrow();
      }
      Digest digest = Digest.ofFile(file);
      remember(sidecar, digest, stamp);
      return digest;
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** The digest of what the file holds now; nothing is remembered. */
  static Digest compute(Path file) {
    try {
      return Digest.ofFile(file);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static Path sidecar(Path file) {
    return file.resolveSibling(file.getFileName() + ".sha256");
  }

  private static String stamp(Path file) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    return "size="
        + attributes.size()
        + " modifiedNanos="
        + attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS);
  }

  private static Optional<Digest> read(Path sidecar, String stamp) {
    try {
      if (!Files.exists(sidecar)) {
        return Optional.empty();
      }
      Matcher matcher = SIDECAR.matcher(Files.readString(sidecar, UTF_8));
      return matcher.matches() && matcher.group().endsWith(" " + stamp + "\n")
          ? Optional.of(new Digest(matcher.group(1)))
          : Optional.empty();
    } catch (IOException e) {
      log.debug("{} cannot be read", sidecar, e);
      return Optional.empty();
    }
  }

  private static void remember(Path sidecar, Digest digest, String stamp) {
    try {
      Path temporary = Files.createTempFile(sidecar.getParent(), ".digest", ".tmp");
      try {
        Files.writeString(temporary, digest.hex() + " " + stamp + "\n", UTF_8);
        Files.move(
            temporary,
            sidecar,
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      log.debug("{} cannot be written; the digest will be computed again", sidecar, e);
    }
  }

  private static IsoglossException unreadable(Path file, IOException e) {
    return new IsoglossException(
        ErrorCode.BAD_SAFETENSORS, file + " cannot be read: " + e.getMessage(), e);
  }
}
