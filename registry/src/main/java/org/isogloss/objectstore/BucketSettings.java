package org.isogloss.objectstore;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * How to reach an object store; what is not said here the SDK finds in its own environment ({@code
 * AWS_REGION}, {@code AWS_ENDPOINT_URL_S3}, …).
 *
 * @param endpoint of a store that is not Amazon's, {@code http://host:port}
 * @param addressing how a bucket stands in an address; by default as the endpoint suggests
 */
public record BucketSettings(
    Optional<URI> endpoint,
    Optional<String> region,
    Optional<Addressing> addressing,
    Patience patience) {

  /** Amazon's own store, as the environment says. */
  public static final BucketSettings BY_ENVIRONMENT =
      new BucketSettings(Optional.empty(), Optional.empty(), Optional.empty(), Patience.STANDARD);

  /** How a bucket stands in an address. */
  public enum Addressing {
    /** {@code http://host/bucket/key}, which stores that are not Amazon's mostly want. */
    PATH,
    /** {@code http://bucket.host/key}. */
    VIRTUAL;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * How long a store is waited for.
   *
   * @param connect until a connection stands
   * @param silence between two pieces of an answer
   * @param transfer for the whole of a pack, up or down, with all attempts
   * @param attempts in a row that bring nothing, before the store counts as unavailable
   */
  public record Patience(Duration connect, Duration silence, Duration transfer, int attempts) {
    public static final Patience STANDARD =
        new Patience(Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofMinutes(15), 4);

    public Patience {
      if (!connect.isPositive() || !silence.isPositive() || !transfer.isPositive()) {
        throw new IllegalArgumentException(
            "patience %s, %s, %s is not positive".formatted(connect, silence, transfer));
      }
      if (attempts < 1) {
        throw new IllegalArgumentException("attempts " + attempts);
      }
    }
  }

  public BucketSettings {
    endpoint.ifPresent(BucketSettings::requireEndpoint);
  }

  public BucketSettings with(Patience another) {
    return new BucketSettings(endpoint, region, addressing, another);
  }

  /**
   * @throws IsoglossException BAD_OPTION if it is no address of a store
   */
  public static URI endpoint(String address) {
    try {
      URI endpoint = new URI(address);
      requireEndpoint(endpoint);
      return endpoint;
    } catch (URISyntaxException e) {
      // The cause would repeat the address, and somebody may have put a password there.
      throw notAnEndpoint();
    }
  }

  private static void requireEndpoint(URI endpoint) {
    boolean web = "http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme());
    if (!web || endpoint.getHost() == null || endpoint.getUserInfo() != null) {
      throw notAnEndpoint();
    }
  }

  private static IsoglossException notAnEndpoint() {
    return new IsoglossException(
        ErrorCode.BAD_OPTION,
        "the endpoint of the object store is no http://HOST:PORT or https://HOST:PORT without user"
            + " and password; credentials come from the environment");
  }

  Addressing effectiveAddressing() {
    return addressing.orElse(endpoint.isPresent() ? Addressing.PATH : Addressing.VIRTUAL);
  }
}
