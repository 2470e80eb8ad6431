package org.isogloss.it.secured;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.metadata.storage.Formatter;
import org.isogloss.kafka.DataDirectory;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.streams.broker.BrokerOptions;
import org.isogloss.streams.broker.EmbeddedBroker;

/**
 * A broker of the kind a company runs: clients come by TLS and SCRAM-SHA-512 only, and may do what
 * an ACL allows. It speaks to itself by TLS with its own certificate.
 */
final class SecuredBroker implements AutoCloseable {
  static final String ADMIN = "admin";

  private static final int NODE = 1;
  private static final int ITERATIONS = 4096;

  private final EmbeddedBroker broker;
  private final Certificates certificates;
  private final Path folder;
  private final Map<String, String> passwords = new HashMap<>();

  private SecuredBroker(EmbeddedBroker broker, Certificates certificates, Path folder) {
    this.broker = broker;
    this.certificates = certificates;
    this.folder = folder;
  }

  /**
   * Makes certificates and a cluster whose only user is {@link #ADMIN}, and starts it.
   *
   * @param storePassword of the stores of keys and certificates
   */
  static SecuredBroker start(Path folder, String storePassword, String adminPassword) {
    try {
      Files.createDirectories(folder);
      Certificates certificates = Certificates.make(folder, storePassword);
      Path data = folder.resolve("data");
      try (DataDirectory directory = DataDirectory.hold(data)) {
        format(directory.logs(), adminPassword);
      }
      int client = freePort();
      EmbeddedBroker broker =
          EmbeddedBroker.start(
              new BrokerOptions(
                  data, client, properties(certificates, client, freePort(), freePort())));
      SecuredBroker secured = new SecuredBroker(broker, certificates, folder);
      secured.passwords.put(ADMIN, adminPassword);
      return secured;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void format(Path logs, String adminPassword) throws IOException {
    Files.createDirectories(logs);
    try {
      new Formatter()
          .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, UTF_8))
          .setClusterId(Uuid.randomUuid().toString())
          .setNodeId(NODE)
          .addDirectory(logs.toString())
          .setMetadataLogDirectory(logs.toString())
          .setControllerListenerName("CONTROLLER")
          .setScramArguments(
              List.of("SCRAM-SHA-512=[name=%s,password=%s]".formatted(ADMIN, adminPassword)))
          .run();
    } catch (Exception e) {
      throw new IOException("the broker's folder cannot be formatted", e);
    }
  }

  private static Map<String, String> properties(
      Certificates certificates, int client, int itself, int controller) {
    Map<String, String> p = new HashMap<>();
    p.put(
        "listeners",
        "CLIENT://127.0.0.1:%d,ITSELF://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d"
            .formatted(client, itself, controller));
    p.put(
        "advertised.listeners",
        "CLIENT://127.0.0.1:%d,ITSELF://127.0.0.1:%d".formatted(client, itself));
    p.put("listener.security.protocol.map", "CLIENT:SASL_SSL,ITSELF:SSL,CONTROLLER:SSL");
    p.put("inter.broker.listener.name", "ITSELF");
    p.put("controller.quorum.voters", NODE + "@127.0.0.1:" + controller);
    p.put("ssl.keystore.type", "PKCS12");
    p.put("ssl.keystore.location", certificates.keyStore().toString());
    p.put("ssl.keystore.password", certificates.password());
    p.put("ssl.key.password", certificates.password());
    p.put("ssl.truststore.type", "PKCS12");
    p.put("ssl.truststore.location", certificates.trustStore().toString());
    p.put("ssl.truststore.password", certificates.password());
    p.put("listener.name.itself.ssl.client.auth", "required");
    p.put("listener.name.controller.ssl.client.auth", "required");
    p.put("sasl.enabled.mechanisms", "SCRAM-SHA-512");
    p.put(
        "listener.name.client.scram-sha-512.sasl.jaas.config",
        "org.apache.kafka.common.security.scram.ScramLoginModule required;");
    p.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
    p.put("super.users", "User:" + Certificates.SUBJECT + ";User:" + ADMIN);
    return p;
  }

  String address() {
    return broker.bootstrapServers();
  }

  /** Adds a user without rights. */
  void addUser(String name, String password) {
    passwords.put(name, password);
    try (Admin admin = administrator()) {
      admin
          .alterUserScramCredentials(
              List.of(
                  new UserScramCredentialUpsertion(
                      name,
                      new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS),
                      password)))
          .all()
          .get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  void allow(List<AclBinding> rights) {
    try (Admin admin = administrator()) {
      admin.createAcls(rights).all().get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private Admin administrator() {
    return Admin.create(settings(ADMIN).admin());
  }

  /** The cluster as this user. */
  KafkaSettings settings(String user) {
    return KafkaSettings.named(Optional.empty(), Optional.of(clientFile(user))).orElseThrow();
  }

  /** A file of client properties with the user's password in it. */
  Path clientFile(String user) {
    return clientFile(user, user, passwords.getOrDefault(user, ""));
  }

  /** The same with any password, or the name of a variable that holds it. */
  Path clientFile(String name, String user, String password) {
    String jaas =
        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s\";"
            .formatted(user, password);
    return write(
        name,
        List.of(
            "bootstrap.servers=" + address(),
            "security.protocol=SASL_SSL",
            "sasl.mechanism=SCRAM-SHA-512",
            "sasl.jaas.config=" + jaas,
            "ssl.truststore.type=PKCS12",
            "ssl.truststore.location=" + certificates.trustStore(),
            "ssl.truststore.password=" + certificates.password()));
  }

  /** A user's properties, but the broker's certificate is not among those that are trusted. */
  Path clientFileWithoutTrust(String name, String user) {
    return write(
        name,
        List.of(
            "bootstrap.servers=" + address(),
            "security.protocol=SASL_SSL",
            "sasl.mechanism=SCRAM-SHA-512",
            "sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required"
                + " username=\"%s\" password=\"%s\";"
                    .formatted(user, passwords.getOrDefault(user, ""))));
  }

  private Path write(String name, List<String> lines) {
    try {
      return Files.write(folder.resolve(name + ".properties"), lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    broker.close();
  }
}
