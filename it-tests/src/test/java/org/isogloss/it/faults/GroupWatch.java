package org.isogloss.it.faults;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.errors.TransactionalIdNotFoundException;
import org.isogloss.streams.worker.WorkerOptions;

/** What the broker holds of the workers, which they cannot say of themselves while they stand. */
final class GroupWatch implements AutoCloseable {
  private final Admin admin;

  GroupWatch(String bootstrapServers) {
    admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers));
  }

  /** Whether the worker of this slot has a place in the group. */
  boolean isMember(int slot) throws InterruptedException {
    try {
      return admin
          .describeConsumerGroups(List.of(WorkerOptions.DEFAULT_GROUP))
          .all()
          .get()
          .values()
          .stream()
          .flatMap(group -> group.members().stream())
          .anyMatch(member -> member.clientId().equals(clientId(slot)));
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether a transaction of the worker of this slot is open or not yet ended. */
  boolean isInTransaction(int slot) throws InterruptedException {
    String id = clientId(slot);
    try {
      TransactionState state =
          admin.describeTransactions(List.of(id)).description(id).get().state();
      return switch (state) {
        case ONGOING, PREPARE_ABORT, PREPARE_COMMIT, PREPARE_EPOCH_FENCE -> true;
        case EMPTY, COMPLETE_ABORT, COMPLETE_COMMIT, UNKNOWN -> false;
      };
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TransactionalIdNotFoundException) {
        return false;
      }
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    admin.close();
  }

  /** A worker's consumer and its transactions bear the same name. */
  private static String clientId(int slot) {
    return WorkerOptions.DEFAULT_GROUP + "-" + slot;
  }
}
