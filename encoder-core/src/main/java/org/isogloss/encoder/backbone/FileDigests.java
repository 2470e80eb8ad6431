package org.isogloss.encoder.backbone;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
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
 *
 * <p>A file that changes in content alone, size and time of modification kept on purpose, is not
 * noticed here; {@link #compute} sees it.
 */
final class FileDigests {
  private static final Logger log = LoggerFactory.getLogger(FileDigests.class);
  private static final Pattern SIDECAR =
      Pattern.compile("([0-9a-f]{64}) size=(\\d+) modifiedNanos=(-?\\d+)\\n");

  /** The coarsest tick by which a file system counts times of modification: FAT's. */
  private static final Duration TICK = Duration.ofSeconds(2);

  private FileDigests() {}

  private record Stamp(long size, FileTime modified) {
    static Stamp of(Path file) throws IOException {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return new Stamp(attributes.size(), attributes.lastModifiedTime());
    }

    String text() {
      return "size=" + size + " modifiedNanos=" + modified.to(TimeUnit.NANOSECONDS);
    }

    /** Whether a write after this moment is certain to give another time of modification. */
    boolean isSettledAt(Instant now) {
      return modified.toInstant().plus(TICK).isBefore(now);
    }
  }

  /** The digest as remembered, else computed and remembered. */
  static Digest of(Path file) {
    return of(file, InstantSource.system());
  }

  static Digest of(Path file, InstantSource clock) {
    try {
      // Both before the file is read: what is written meanwhile must not fit the stamp.
      Instant now = clock.instant();
      Stamp stamp = Stamp.of(file);
      Path sidecar = sidecar(file);
      Optional<Digest> remembered = read(sidecar, stamp);
      if (remembered.isPresent()) {
        return remembered.orElseThrow();
      }
      Digest digest = Digest.ofFile(file);
      if (stamp.isSettledAt(now)) {
        remember(sidecar, digest, stamp);
      }
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

  private static Optional<Digest> read(Path sidecar, Stamp stamp) {
    try {
      if (!Files.exists(sidecar)) {
        return Optional.empty();
      }
      Matcher matcher = SIDECAR.matcher(Files.readString(sidecar, UTF_8));
      return matcher.matches() && matcher.group().endsWith(" " + stamp.text() + "\n")
          ? Optional.of(new Digest(matcher.group(1)))
          : Optional.empty();
    } catch (IOException e) {
      log.debug("{} cannot be read: {}", sidecar, e.toString());
      return Optional.empty();
    }
  }

  private static void remember(Path sidecar, Digest digest, Stamp stamp) {
    // Not by createTempFile, whose files only their owner may read: a home may be shared.
    Path temporary = sidecar.resolveSibling(".digest-" + UUID.randomUUID());
    try {
      try {
        Files.writeString(
            temporary,
            digest.hex() + " " + stamp.text() + "\n",
            UTF_8,
            StandardOpenOption.CREATE_NEW);
        Files.move(
            temporary,
            sidecar,
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      log.debug(
          "{} cannot be written; next time is a computation again: {}", sidecar, e.toString());
    }
  }

  private static IsoglossException unreadable(Path file, IOException e) {
    return new IsoglossException(
        ErrorCode.BAD_SAFETENSORS, file + " cannot be read: " + e.getMessage(), e);
  }
}
