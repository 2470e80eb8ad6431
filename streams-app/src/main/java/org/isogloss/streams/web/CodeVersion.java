package org.isogloss.streams.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import org.isogloss.error.ErrorCode;
import org.isogloss.schemas.topic.Topics;

/**
 * Which code runs.
 *
 * @param version such as {@code 0.1.0}; {@code development} where it runs from folders of classes
 * @param jars the SHA-256 of each of our own jars, by the name of the file
 */
public record CodeVersion(String version, Map<String, String> jars) {
  private static final String PROPERTIES =
      "/META-INF/maven/org.isogloss/isogloss-streams-app/pom.properties";
  private static final String DEVELOPMENT = "development";

  public CodeVersion {
    jars = Map.copyOf(jars);
  }

  /** That of this process. Reads the jars once: a few megabytes. */
  public static CodeVersion ofThisProcess() {
    SortedMap<String, String> jars = new TreeMap<>();
    try {
      for (Class<?> ours : List.of(CodeVersion.class, Topics.class, ErrorCode.class)) {
        CodeSource source = ours.getProtectionDomain().getCodeSource();
        if (source == null) {
          continue;
        }
        Path file = Path.of(source.getLocation().toURI());
        if (Files.isRegularFile(file)) {
          jars.put(String.valueOf(file.getFileName()), sha256(file));
        }
      }
      return new CodeVersion(readVersion(), jars);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String readVersion() throws IOException {
    try (InputStream in = CodeVersion.class.getResourceAsStream(PROPERTIES)) {
      if (in == null) {
        return DEVELOPMENT;
      }
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version", DEVELOPMENT);
    }
  }

  private static String sha256(Path file) throws IOException {
    try (DigestInputStream in =
        new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
      long unused = in.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(in.getMessageDigest().digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
