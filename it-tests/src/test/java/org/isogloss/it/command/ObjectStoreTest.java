package org.isogloss.it.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.robothy.s3.rest.LocalS3;
import com.robothy.s3.rest.bootstrap.LocalS3Mode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.RandomBackbone;
import org.isogloss.encoder.module.RandomModules;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** The commands with a module store in a bucket of a real server. */
class ObjectStoreTest {
  private static final String KEY = "isogloss-tester";
  private static final String SECRET = "never-to-be-seen-by-anybody";
  private static final int LAYERS = 2;
  private static final int ANY_PORT = -1;

  @TempDir Path folder;
  private LocalS3 server;
  private Map<String, String> environment;

  @BeforeEach
  void aBucket() throws IOException {
    server = LocalS3.builder().port(ANY_PORT).mode(LocalS3Mode.IN_MEMORY).build();
    server.start();
    String endpoint = "http://127.0.0.1:" + server.getPort();
    try (S3Client client =
        S3Client.builder()
            .endpointOverride(URI.create(endpoint))
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create(KEY, SECRET)))
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .forcePathStyle(true)
            .build()) {
      client.createBucket(request -> request.bucket("modules"));
    }
    RandomBackbone.write(folder.resolve("backbone"), RandomBackbone.Options.TINY);
    environment =
        Map.of(
            "ISOGLOSS_MODEL",
            folder.resolve("backbone").toString(),
            "ISOGLOSS_LAYERS",
            Integer.toString(LAYERS),
            "ISOGLOSS_DATA",
            folder.resolve("data").toString(),
            "ISOGLOSS_MODULE_STORE",
            "s3://modules/own",
            "ISOGLOSS_S3_ENDPOINT",
            endpoint,
            "AWS_ACCESS_KEY_ID",
            KEY,
            "AWS_SECRET_ACCESS_KEY",
            SECRET);
  }

  @AfterEach
  void noServer() {
    server.shutdown();
  }

  @Test
  void modulesGoLiveThroughABucketAndServeOnWhenItIsDown() throws IOException {
    Commands commands = new Commands(folder);
    try (CommandProcess up = commands.start(environment, "", "up", "--counters-every", "1")) {
      up.awaitLine("ready: ");
      CommandProcess.Result published =
          commands
              .run(environment, "", "modules", "publish", module("first", 1), "--activate")
              .requireSuccess();
      assertThat(published.out()).contains("language/de@1");
      Awaitility.await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> up.err().lines().toList().contains("modules: de: none -> language/de@1"));

      server.shutdown();
      CommandProcess.Result refused =
          commands.run(environment, "", "modules", "publish", module("second", 2));
      assertThat(refused.exitCode()).isEqualTo(1);
      assertThat(refused.err()).contains("ISO-215", "s3://modules/own", "remedy: ");
      List<EncodedLine> encoded =
          EncodedLine.of(
              commands.run(environment, "Ein Satz.\n", "encode", "--in", "-", "--lang", "de"));
      assertThat(encoded)
          .singleElement()
          .satisfies(line -> assertThat(line.json().toString()).contains("language/de@1"));

      CommandProcess.Result ended = up.terminate();
      assertThat(published + "\n" + refused + "\n" + ended).doesNotContain(SECRET);
    }
  }

  /** A module of the tiny backbone that moves every vector. */
  private String module(String name, long seed) throws IOException {
    Path directory = folder.resolve(name);
    try (Backbone backbone = Backbone.open(folder.resolve("backbone"))) {
      RandomModules.writeCentring(directory, backbone, LAYERS, "de", 0.1, seed);
    }
    return directory.toString();
  }
}
