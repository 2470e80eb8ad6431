package org.isogloss.kafka;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/** Whether a cluster lets us in, and what to say if it does not. */
public final class KafkaAccess {
  private static final int PATIENCE_MILLIS = 10_000;

  private KafkaAccess() {}

  /**
   * Returns when the cluster has answered: so a wrong address, password or certificate is told at
   * once, and not as the time-out of whatever is wanted first.
   *
   * @throws IsoglossException NOT_AUTHENTICATED, BROKER_UNREACHABLE, or BAD_OPTION if a property
   *     makes no sense
   */
  public static void require(KafkaSettings settings) {
    String patience = Integer.toString(PATIENCE_MILLIS);
    KafkaSettings impatient =
        settings
            .with(ClientProperties.ADMIN + AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, patience)
            .with(
                ClientProperties.ADMIN + AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, patience);
    try (Admin admin = Admin.create(impatient.admin())) {
      var unused = admin.describeCluster().nodes().get(2L * PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw refusal(e).orElseGet(() -> unreachable(settings, e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IsoglossException(ErrorCode.TIMED_OUT, "interrupted while connecting", e);
    } catch (KafkaException e) {
      throw refusal(e).orElseGet(() -> badProperty(e));
    }
  }

  private static IsoglossException unreachable(KafkaSettings settings, Exception e) {
    return new IsoglossException(
        ErrorCode.BROKER_UNREACHABLE,
        "%s does not answer as %s; a broker that wants TLS or SASL keeps silent to whoever comes without"
            .formatted(settings.bootstrapServers(), settings.securityProtocol()),
        e);
  }

  /** The client could not even be made. Kafka hides the values of secrets, and so its messages. */
  private static IsoglossException badProperty(KafkaException e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return new IsoglossException(
        ErrorCode.BAD_OPTION, "the properties of the Kafka client: " + root.getMessage(), e);
  }

  /**
   * The failure in terms of access, if that is what is behind it.
   *
   * @return NOT_AUTHENTICATED or NOT_AUTHORISED, with what was wanted where Kafka tells it
   */
  public static Optional<IsoglossException> refusal(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof IsoglossException coded && isRefusal(coded.code())) {
        return Optional.of(coded);
      }
      if (cause instanceof SslAuthenticationException) {
        return Optional.of(
            new IsoglossException(
                ErrorCode.NOT_AUTHENTICATED,
                "the TLS handshake fails: " + root(cause).getMessage(),
                failure));
      }
      if (cause instanceof AuthenticationException) {
        return Optional.of(
            new IsoglossException(
                ErrorCode.NOT_AUTHENTICATED,
                "the cluster refuses these credentials: " + cause.getMessage(),
                failure));
      }
      if (cause instanceof AuthorizationException refused) {
        return Optional.of(
            new IsoglossException(ErrorCode.NOT_AUTHORISED, describe(refused), failure));
      }
    }
    return Optional.empty();
  }

  /** Whether a code says that access is refused, which trying again does not change. */
  public static boolean isRefusal(ErrorCode code) {
    return code == ErrorCode.NOT_AUTHENTICATED || code == ErrorCode.NOT_AUTHORISED;
  }

  private static String describe(AuthorizationException refused) {
    return switch (refused) {
      case TopicAuthorizationException e when !e.unauthorizedTopics().isEmpty() -> {
        List<String> topics = new ArrayList<>(e.unauthorizedTopics());
        topics.sort(null);
        yield "no access to the topics " + String.join(", ", topics);
      }
      case GroupAuthorizationException e when e.groupId() != null ->
          "no access to the group " + e.groupId();
      default -> String.valueOf(refused.getMessage());
    };
  }

  private static Throwable root(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }
}
