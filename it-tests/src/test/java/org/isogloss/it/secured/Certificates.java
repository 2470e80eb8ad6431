package org.isogloss.it.secured;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A broker's key with a certificate that it signed itself, and a store in which clients trust it.
 *
 * @param folder where the stores lie, PKCS12 each
 * @param password of both
 */
record Certificates(Path folder, String password) {
  private static final String ALIAS = "broker";

  /** The certificate's subject, and so the broker's name to itself. */
  static final String SUBJECT = "CN=broker";

  /** Makes them by the JDK's keytool, for 127.0.0.1. */
  static Certificates make(Path folder, String password) {
    Certificates made = new Certificates(folder, password);
    made.keytool(
        "-genkeypair",
        "-alias",
        ALIAS,
        "-keyalg",
        "EC",
        "-dname",
        SUBJECT,
        "-ext",
        "san=ip:127.0.0.1,dns:localhost",
        "-validity",
        "2",
        "-storetype",
        "PKCS12",
        "-keystore",
        made.keyStore().toString());
    Path certificate = folder.resolve("broker.cer");
    made.keytool(
        "-exportcert",
        "-alias",
        ALIAS,
        "-keystore",
        made.keyStore().toString(),
        "-file",
        certificate.toString());
    made.keytool(
        "-importcert",
        "-noprompt",
        "-alias",
        ALIAS,
        "-storetype",
        "PKCS12",
        "-keystore",
        made.trustStore().toString(),
        "-file",
        certificate.toString());
    return made;
  }

  Path keyStore() {
    return folder.resolve("broker.p12");
  }

  Path trustStore() {
    return folder.resolve("trust.p12");
  }

  private void keytool(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("-storepass:env", "STORE_PASSWORD"));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("STORE_PASSWORD", password);
    try {
      Process process = builder.start();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException("keytool: " + output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
