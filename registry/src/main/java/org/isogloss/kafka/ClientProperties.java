package org.isogloss.kafka;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigTransformer;
import org.apache.kafka.common.config.provider.EnvVarConfigProvider;
import org.apache.kafka.common.config.provider.FileConfigProvider;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Client properties that a person keeps in a file: security, addresses, time-outs. Any property of
 * Kafka's clients may stand there, for all of them or, with the prefix {@code consumer.}, {@code
 * producer.}, {@code admin.} or {@code streams.}, for one kind; save those on which our promises
 * rest. A value may hold {@code ${env:NAME}}, a variable of the environment, or {@code
 * ${file:PATH:KEY}}, a key of another properties file: so secrets need not stand in this one.
 */
public final class ClientProperties {
  static final String CONSUMER = "consumer.";
  static final String PRODUCER = "producer.";
  static final String ADMIN = "admin.";
  static final String STREAMS = "streams.";

  private static final Logger LOG = LoggerFactory.getLogger(ClientProperties.class);

  private static final List<String> PREFIXES =
      List.of(
          STREAMS,
          "main.consumer.",
          "restore.consumer.",
          "global.consumer.",
          CONSUMER,
          PRODUCER,
          ADMIN);

  /** What makes records exactly once, committed only, and readable by us. */
  private static final Set<String> OURS =
      Set.of(
          ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
          ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
          ConsumerConfig.ISOLATION_LEVEL_CONFIG,
          ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
          ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
          ConsumerConfig.GROUP_ID_CONFIG,
          ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
          ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
          ProducerConfig.ACKS_CONFIG,
          ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
          ProducerConfig.TRANSACTIONAL_ID_CONFIG,
          ProducerConfig.PARTITIONER_CLASS_CONFIG,
          "application.id",
          "processing.guarantee",
          "state.dir");

  private static final Pattern UNRESOLVED = Pattern.compile("\\$\\{(env|file):[^}]*}");
  private static final Pattern SECRET =
      Pattern.compile(".*(password|jaas\\.config|secret|keystore\\.key).*");

  private ClientProperties() {}

  /**
   * Reads such a file.
   *
   * @throws IsoglossException BAD_OPTION if it cannot be read, sets what is ours, or names a
   *     variable that is not set. No message holds a value
   */
  public static Map<String, String> read(Path file) {
    return read(file, System.getenv());
  }

  static Map<String, String> read(Path file, Map<String, String> environment) {
    Properties raw = new Properties();
    try (Reader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      raw.load(in);
    } catch (IOException | IllegalArgumentException e) {
      throw new IsoglossException(
          ErrorCode.BAD_OPTION, "the Kafka properties " + file + " cannot be read: " + e, e);
    }
    Map<String, String> stated = new HashMap<>();
    raw.stringPropertyNames().forEach(name -> stated.put(name, raw.getProperty(name)));
    requireNoneOfOurs(file, stated.keySet());
    warnIfOthersMayRead(file, stated);
    return resolved(file, stated, environment);
  }

  private static void requireNoneOfOurs(Path file, Set<String> names) {
    Set<String> refused = new TreeSet<>();
    for (String name : names) {
      if (OURS.contains(withoutPrefix(name))) {
        refused.add(name);
      }
    }
    if (!refused.isEmpty()) {
      throw new IsoglossException(
          ErrorCode.BAD_OPTION,
          "the Kafka properties %s set %s, on which exactly-once and the reading of committed records rest; leave that out"
              .formatted(file, String.join(", ", refused)));
    }
  }

  private static String withoutPrefix(String name) {
    for (String prefix : PREFIXES) {
      if (name.startsWith(prefix)) {
        return name.substring(prefix.length());
      }
    }
    return name;
  }

  private static void warnIfOthersMayRead(Path file, Map<String, String> stated) {
    boolean secret =
        stated.entrySet().stream()
            .anyMatch(
                each ->
                    SECRET.matcher(each.getKey()).matches()
                        && !UNRESOLVED.matcher(each.getValue()).find());
    try {
      if (secret
          && Files.getFileStore(file).supportsFileAttributeView("posix")
          && Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
        LOG.warn("{} holds a secret and everybody on this machine may read it", file);
      }
    } catch (IOException e) {
      LOG.debug("cannot look at the rights of {}", file, e);
    }
  }

  private static Map<String, String> resolved(
      Path file, Map<String, String> stated, Map<String, String> environment) {
    try (EnvVarConfigProvider variables = new EnvVarConfigProvider(environment);
        FileConfigProvider files = new FileConfigProvider()) {
      variables.configure(Map.of());
      files.configure(Map.of());
      Map<String, String> values =
          new ConfigTransformer(Map.of("env", variables, "file", files)).transform(stated).data();
      for (Map.Entry<String, String> each : values.entrySet()) {
        Matcher left = UNRESOLVED.matcher(each.getValue());
        if (left.find()) {
          throw new IsoglossException(
              ErrorCode.BAD_OPTION,
              "%s in the Kafka properties %s names %s, which is not set"
                  .formatted(each.getKey(), file, left.group()));
        }
      }
      return Map.copyOf(values);
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.BAD_OPTION, "the Kafka properties " + file + " cannot be completed", e);
    }
  }

  /** Properties for clients of one kind: those for all, then those with its prefix. */
  static Map<String, String> of(String prefix, Map<String, String> stated) {
    Map<String, String> chosen = new HashMap<>();
    stated.forEach(
        (name, value) -> {
          if (PREFIXES.stream().noneMatch(name::startsWith)) {
            chosen.put(name, value);
          }
        });
    stated.forEach(
        (name, value) -> {
          if (name.startsWith(prefix)) {
            chosen.put(name.substring(prefix.length()), value);
          }
        });
    chosen.remove(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG);
    return chosen;
  }

  /** For Kafka Streams, which passes the other prefixes on to its own clients. */
  static Map<String, String> ofStreams(Map<String, String> stated) {
    Map<String, String> chosen = of(STREAMS, stated);
    stated.forEach(
        (name, value) -> {
          if (!name.startsWith(STREAMS) && PREFIXES.stream().anyMatch(name::startsWith)) {
            chosen.put(name, value);
          }
        });
    return chosen;
  }
}
