package org.isogloss.encoder.backbone;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.isogloss.encoder.space.Digest;

/**
 * A file of a repository as the hub announces it.
 *
 * @param path inside the repository
 * @param size in bytes
 * @param sha256 of a large file, which the hub keeps apart
 * @param gitBlob of any other file: SHA-1 of git's blob, forty hexadecimal digits
 */
record HubFile(String path, long size, Optional<Digest> sha256, Optional<String> gitBlob) {
  private static final int BUFFER = 1 << 16;

  /** Whether a file has the content that was announced; its size alone where no digest was. */
  boolean fits(Path file) throws IOException {
    if (Files.size(file) != size) {
      return false;
    }
    if (sha256.isPresent()) {
      return Digest.ofFile(file).equals(sha256.get());
    }
    return gitBlob.isEmpty() || gitBlob(file).equals(gitBlob.get());
  }

  /** SHA-1 over {@code blob SIZE NUL content}, which is how git names a file's content. */
  private static String gitBlob(Path file) throws IOException {
    MessageDigest sha;
    try {
      sha = MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-1", e);
    }
    sha.update(("blob " + Files.size(file) + "\0").getBytes(StandardCharsets.UTF_8));
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[BUFFER];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        sha.update(buffer, 0, read);
      }
    }
    return HexFormat.of().formatHex(sha.digest());
  }
}
