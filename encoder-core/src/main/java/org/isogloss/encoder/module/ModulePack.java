package org.isogloss.encoder.module;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDateTime;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.isogloss.encoder.backbone.DirectoryTree;
import org.isogloss.encoder.space.Digest;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * A module directory as one file, the unit of the module store. The pack is a ZIP of the module's
 * files in fixed order, uncompressed and undated, so the same content always gives the same bytes;
 * the SHA-256 of the pack is the module's digest.
 */
public final class ModulePack {
  /** The files of a module, in the order they are packed. */
  static final List<String> FILES =
      List.of("manifest.json", "module.safetensors", "tokenizer.json");

  /** Local, not UTC: ZIP keeps local times, and the bytes must not depend on the time zone. */
  private static final LocalDateTime UNDATED = LocalDateTime.of(1980, 1, 1, 0, 0);

  private ModulePack() {}

  /**
   * Packs a module directory into a file, which must not exist, and returns the module's digest.
   */
  public static Digest pack(Path directory, Path file) throws IOException {
    try (ZipOutputStream zip =
        new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      writeTo(directory, zip);
    }
    return Digest.ofFile(file);
  }

  /** The digest a module directory has, without keeping its pack. */
  public static Digest digest(Path directory) throws IOException {
    MessageDigest sha;
    try {
      sha = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    try (ZipOutputStream zip =
        new ZipOutputStream(new DigestOutputStream(OutputStream.nullOutputStream(), sha))) {
      writeTo(directory, zip);
    }
    return new Digest(HexFormat.of().formatHex(sha.digest()));
  }

  /**
   * Unpacks into a directory, all or nothing: it appears under its name only when whole.
   *
   * @throws IsoglossException BAD_MODULE if the file is no pack of a module
   */
  public static void unpack(Path file, Path directory) throws IOException {
    Path parent = directory.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IllegalArgumentException("no parent: " + directory);
    }
    Files.createDirectories(parent);
    Path part = Files.createTempDirectory(parent, ".part-");
    try {
      try (ZipFile zip = new ZipFile(file.toFile())) {
        Set<String> names = new HashSet<>();
        for (var entries = zip.entries(); entries.hasMoreElements(); ) {
          ZipEntry entry = entries.nextElement();
          if (!FILES.contains(entry.getName()) || !names.add(entry.getName())) {
            throw new IsoglossException(
                ErrorCode.BAD_MODULE, file + " holds an unexpected entry " + entry.getName());
          }
          try (InputStream in = zip.getInputStream(entry)) {
            Files.copy(in, part.resolve(entry.getName()));
          }
        }
      } catch (ZipException e) {
        throw new IsoglossException(ErrorCode.BAD_MODULE, file + " is no module pack", e);
      }
      try {
        Files.move(part, directory, StandardCopyOption.ATOMIC_MOVE);
      } catch (FileSystemException e) {
        if (!Files.isDirectory(directory)) {
          throw e;
        }
        // Somebody else unpacked the same content first.
      }
    } finally {
      DirectoryTree.deleteIfPresent(part);
    }
  }

  private static void writeTo(Path directory, ZipOutputStream zip) throws IOException {
    for (String name : FILES) {
      Path file = directory.resolve(name);
      if (!Files.exists(file)) {
        if (name.equals("tokenizer.json")) {
          continue;
        }
        throw new IsoglossException(ErrorCode.BAD_MODULE, directory + " lacks " + name);
      }
      ZipEntry entry = new ZipEntry(name);
      entry.setMethod(ZipEntry.STORED);
      entry.setSize(Files.size(file));
      entry.setCrc(crc(file));
      entry.setTimeLocal(UNDATED);
      zip.putNextEntry(entry);
      Files.copy(file, zip);
      zip.closeEntry();
    }
  }

  private static long crc(Path file) throws IOException {
    CRC32 crc = new CRC32();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        crc.update(buffer, 0, n);
      }
    }
    return crc.getValue();
  }
}
