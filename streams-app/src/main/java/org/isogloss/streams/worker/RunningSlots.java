package org.isogloss.streams.worker;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaSettings;

/** Which slots have a worker now: a worker's client id names its group and slot. */
public final class RunningSlots {
  private static final long TIMEOUT_SECONDS = 30;

  private RunningSlots() {}

  /**
   * The slots of a group's members. A worker that was killed is a member until its session ends.
   *
   * @throws IsoglossException BROKER_UNREACHABLE or TIMED_OUT
   */
  public static Set<String> of(KafkaSettings kafka, String group) {
    String prefix = group + "-";
    try (Admin admin = Admin.create(kafka.admin())) {
      return admin
          .describeConsumerGroups(List.of(group))
          .describedGroups()
          .values()
          .iterator()
          .next()
          .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
          .members()
          .stream()
          .map(member -> member.clientId())
          .filter(client -> client.startsWith(prefix))
          .map(client -> client.substring(prefix.length()))
          .collect(Collectors.toUnmodifiableSet());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof GroupIdNotFoundException) {
        return Set.of();
      }
      throw new IsoglossException(
          ErrorCode.BROKER_UNREACHABLE, "the group %s cannot be read: %s".formatted(group, e), e);
    } catch (TimeoutException e) {
      throw new IsoglossException(
          ErrorCode.TIMED_OUT, "the group %s cannot be read within 30 s".formatted(group), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IsoglossException(ErrorCode.TIMED_OUT, "interrupted while reading a group", e);
    }
  }
}
