package org.isogloss.objectstore;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import org.isogloss.encoder.space.Digest;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.objectstore.BucketSettings.Addressing;
import org.isogloss.objectstore.BucketSettings.Patience;
import org.isogloss.store.ModuleStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * A module store in a bucket. A download that is cut goes on where it was cut, as long as the
 * object is the same; it is given up after some attempts in a row that brought nothing, or when it
 * takes too long as a whole ({@link Patience}). Packs are put in one piece, at most 5 GB on
 * Amazon's store.
 *
 * <p>Safe for several threads. Holds no connection that would have to be closed: the JDK pools and
 * ends them.
 */
final class S3ModuleStore implements ModuleStore {
  private static final Logger LOG = LoggerFactory.getLogger(S3ModuleStore.class);

  private static final int BUFFER_BYTES = 1 << 16;
  private static final long FIRST_PAUSE_MILLIS = 200;
  private static final long LONGEST_PAUSE_MILLIS = 2_000;

  private static final int FORBIDDEN = 403;
  private static final int CHANGED_MEANWHILE = 412;

  private final BucketLocation location;
  private final Patience patience;
  private final S3Client client;

  private S3ModuleStore(BucketLocation location, Patience patience, S3Client client) {
    this.location = location;
    this.patience = patience;
    this.client = client;
  }

  /** With the credentials that the SDK finds: environment, profile, role of the machine. */
  static S3ModuleStore open(BucketLocation location, BucketSettings settings) {
    return open(location, settings, DefaultCredentialsProvider.builder().build());
  }

  static S3ModuleStore open(
      BucketLocation location, BucketSettings settings, AwsCredentialsProvider credentials) {
    Patience patience = settings.patience();
    S3ClientBuilder builder =
        S3Client.builder()
            .credentialsProvider(credentials)
            .httpClientBuilder(
                UrlConnectionHttpClient.builder()
                    .connectionTimeout(patience.connect())
                    .socketTimeout(patience.silence()))
            .forcePathStyle(settings.effectiveAddressing() == Addressing.PATH)
            // The digest is checked here; checksums of other kinds not every store knows.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .overrideConfiguration(how -> how.apiCallTimeout(patience.transfer()));
    settings.endpoint().ifPresent(builder::endpointOverride);
    region(settings).ifPresent(builder::region);
    try {
      return new S3ModuleStore(location, patience, builder.build());
    } catch (SdkClientException e) {
      throw new IsoglossException(
          ErrorCode.BAD_OPTION,
          "no region of " + location + " is known: give --s3-region or AWS_REGION",
          e);
    }
  }

  /** Stores that are not Amazon's take any region, but the SDK wants one to sign with. */
  private static Optional<Region> region(BucketSettings settings) {
    Optional<String> named = settings.region();
    if (named.isEmpty() && settings.endpoint().isPresent()) {
      named = Optional.ofNullable(System.getenv("AWS_REGION")).or(() -> Optional.of("us-east-1"));
    }
    return named.map(Region::of);
  }

  @Override
  public void put(Digest digest, Path pack) {
    try {
      Digest actual = Digest.ofFile(pack);
      if (!actual.equals(digest)) {
        throw mismatch(pack.toString(), actual, digest);
      }
    } catch (IOException e) {
      throw new IsoglossException(ErrorCode.BAD_INPUT_FILE, "cannot read " + pack, e);
    }
    String key = location.key(digest);
    String checksum = Base64.getEncoder().encodeToString(HexFormat.of().parseHex(digest.hex()));
    if (holds(key, checksum)) {
      return;
    }
    try {
      client.putObject(
          PutObjectRequest.builder()
              .bucket(location.bucket())
              .key(key)
              .checksumSHA256(checksum)
              .build(),
          RequestBody.fromFile(pack));
    } catch (SdkException e) {
      throw unavailable("write", key, e);
    }
  }

  /** Only if the store vouches for the content: else it is put again, which heals what is amiss. */
  private boolean holds(String key, String checksum) {
    try {
      return checksum.equals(
          client
              .headObject(
                  HeadObjectRequest.builder()
                      .bucket(location.bucket())
                      .key(key)
                      .checksumMode(ChecksumMode.ENABLED)
                      .build())
              .checksumSHA256());
    } catch (NoSuchKeyException e) {
      return false;
    } catch (S3Exception e) {
      if (e.statusCode() == FORBIDDEN) {
        return false; // Who may write need not be allowed to read.
      }
      throw unavailable("look at", key, e);
    } catch (SdkException e) {
      throw unavailable("look at", key, e);
    }
  }

  @Override
  public void get(Digest digest, Path target) {
    String key = location.key(digest);
    boolean whole = false;
    try (FileChannel out =
        FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      new Download(key, out).run();
      Digest actual = Digest.ofFile(target);
      if (!actual.equals(digest)) {
        throw mismatch(describe(key), actual, digest);
      }
      whole = true;
    } catch (FileAlreadyExistsException e) {
      whole = true; // Of somebody else, and not ours to remove.
      throw new IsoglossException(ErrorCode.OUTPUT_FAILED, target + " is there already", e);
    } catch (IOException e) {
      throw new IsoglossException(ErrorCode.OUTPUT_FAILED, "cannot write " + target, e);
    } finally {
      if (!whole) {
        remove(target);
      }
    }
  }

  @Override
  public String location() {
    return location.toString();
  }

  /** One object on its way into a file. */
  private final class Download {
    private final String key;
    private final FileChannel out;
    private final long deadlineNanos = System.nanoTime() + patience.transfer().toNanos();
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);

    private long received;
    private Optional<String> version = Optional.empty();

    private Download(String key, FileChannel out) {
      this.key = key;
      this.out = out;
    }

    /**
     * @throws IOException if the file cannot be written; all else is coded
     */
    private void run() throws IOException {
      int fruitless = 0;
      while (true) {
        long before = received;
        Optional<IOException> cut = attempt();
        if (cut.isEmpty()) {
          return;
        }
        fruitless = received > before ? 1 : fruitless + 1;
        if (fruitless >= patience.attempts()) {
          throw new IsoglossException(
              ErrorCode.STORE_UNAVAILABLE,
              "the download of %s stopped after %d bytes, and %d attempts brought no more: %s"
                  .formatted(describe(key), received, fruitless, cut.get().getMessage()),
              cut.get());
        }
        LOG.info("the download of {} was cut after {} bytes; going on", describe(key), received);
        pause(fruitless);
      }
    }

    /** What cut this attempt short; empty if the object is here to its end. */
    private Optional<IOException> attempt() throws IOException {
      GetObjectRequest.Builder request =
          GetObjectRequest.builder().bucket(location.bucket()).key(key);
      if (received > 0) {
        request.range("bytes=" + received + "-");
        version.ifPresent(request::ifMatch);
      }
      try (ResponseInputStream<GetObjectResponse> in = client.getObject(request.build())) {
        try {
          return receive(in);
        } finally {
          in.abort(); // Whatever is left unread would else be read on closing, however slowly.
        }
      } catch (NoSuchKeyException e) {
        throw new IsoglossException(
            ErrorCode.MODULE_MISSING,
            "the module store " + location + " lacks " + describe(key),
            e);
      } catch (S3Exception e) {
        if (e.statusCode() != CHANGED_MEANWHILE) {
          throw unavailable("read", key, e);
        }
        startAnew();
        return Optional.of(new IOException("the object changed meanwhile", e));
      } catch (SdkException e) {
        throw unavailable("read", key, e);
      }
    }

    private Optional<IOException> receive(ResponseInputStream<GetObjectResponse> in)
        throws IOException {
      GetObjectResponse response = in.response();
      if (received > 0 && response.contentRange() == null) {
        startAnew(); // The store knows no ranges and sends all of it.
      }
      version = Optional.ofNullable(response.eTag());
      long end = received + response.contentLength();
      while (received < end) {
        if (System.nanoTime() - deadlineNanos > 0) {
          throw new IsoglossException(
              ErrorCode.STORE_UNAVAILABLE,
              "%s is slow: %d of %d bytes of %s in %d seconds"
                  .formatted(location, received, end, key, patience.transfer().toSeconds()));
        }
        int count;
        try {
          count = in.read(buffer.array());
        } catch (IOException e) {
          return Optional.of(e);
        }
        if (count < 0) {
          return Optional.of(new IOException("the answer ended early"));
        }
        buffer.clear().limit(count);
        while (buffer.hasRemaining()) {
          received += out.write(buffer);
        }
      }
      return Optional.empty();
    }

    private void startAnew() throws IOException {
      out.truncate(0);
      received = 0;
      version = Optional.empty();
    }

    private void pause(int fruitless) {
      long millis = Math.min(FIRST_PAUSE_MILLIS << (fruitless - 1), LONGEST_PAUSE_MILLIS);
      try {
        Thread.sleep(millis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IsoglossException(
            ErrorCode.STORE_UNAVAILABLE, "the download of " + describe(key) + " was given up", e);
      }
    }
  }

  private String describe(String key) {
    return BucketLocation.SCHEME + location.bucket() + "/" + key;
  }

  private static IsoglossException mismatch(String name, Digest actual, Digest wanted) {
    return new IsoglossException(
        ErrorCode.DIGEST_MISMATCH,
        "%s is %s, not %s".formatted(name, actual.abbreviated(), wanted.abbreviated()));
  }

  private IsoglossException unavailable(String doing, String key, SdkException e) {
    return new IsoglossException(
        ErrorCode.STORE_UNAVAILABLE,
        "cannot %s %s: %s".formatted(doing, describe(key), reason(e)),
        e);
  }

  private String reason(SdkException failure) {
    return switch (failure) {
      case NoSuchBucketException e ->
          "the bucket " + location.bucket() + " is not there; make it, or correct --module-store";
      case S3Exception e when e.statusCode() == FORBIDDEN ->
          "the store refuses these credentials (" + refusal(e) + "); see who may read and write";
      case S3Exception e -> "the store answers " + e.statusCode() + " (" + refusal(e) + ")";
      case ApiCallTimeoutException e ->
          "nothing for " + patience.transfer().toSeconds() + " seconds; the store is too slow";
      case ApiCallAttemptTimeoutException e ->
          "nothing for " + patience.transfer().toSeconds() + " seconds; the store is too slow";
      default -> clientReason(failure);
    };
  }

  /** The store's own word, such as {@code AccessDenied}; its message may hold more than we show. */
  private static String refusal(S3Exception e) {
    String word = e.awsErrorDetails() == null ? null : e.awsErrorDetails().errorCode();
    return word == null ? "no reason given" : word;
  }

  private static String clientReason(SdkException e) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    if (message.startsWith("Unable to load credentials")) {
      return "no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE";
    }
    return message;
  }

  private static void remove(Path target) {
    try {
      Files.deleteIfExists(target);
    } catch (IOException e) {
      LOG.warn("{} is no whole module and cannot be removed", target, e);
    }
  }
}
