package org.isogloss.objectstore;

import com.robothy.s3.rest.LocalS3;
import com.robothy.s3.rest.bootstrap.LocalS3Mode;
import java.net.URI;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** A real server of the S3 protocol in this process, with one bucket. */
final class BucketServer implements AutoCloseable {
  static final String BUCKET = "modules";

  static final AwsCredentialsProvider CREDENTIALS =
      StaticCredentialsProvider.create(AwsBasicCredentials.create("somebody", "keep-this-secret"));

  private static final int ANY_PORT = -1;

  private final LocalS3 server;
  private final S3Client client;

  BucketServer() {
    server = LocalS3.builder().port(ANY_PORT).mode(LocalS3Mode.IN_MEMORY).build();
    server.start();
    client =
        S3Client.builder()
            .endpointOverride(URI.create("http://127.0.0.1:" + server.getPort()))
            .region(Region.US_EAST_1)
            .credentialsProvider(CREDENTIALS)
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .forcePathStyle(true)
            .build();
    client.createBucket(request -> request.bucket(BUCKET));
  }

  int port() {
    return server.getPort();
  }

  /** Writes an object as anybody with rights might. */
  void write(String key, byte[] content) {
    client.putObject(request -> request.bucket(BUCKET).key(key), RequestBody.fromBytes(content));
  }

  long objects() {
    return client.listObjectsV2(request -> request.bucket(BUCKET)).contents().size();
  }

  @Override
  public void close() {
    client.close();
    server.shutdown();
  }
}
