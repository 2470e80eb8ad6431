package org.isogloss.streams.replay;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.isogloss.kafka.CommittedRecords;
import org.isogloss.schemas.topic.Topics;

/** The scopes that are sealed. */
record SealedScopes(Set<String> scopes) {
  SealedScopes {
    scopes = Set.copyOf(scopes);
  }

  /** Those with a seal now. */
  static SealedScopes read(Consumer<byte[], byte[]> consumer) {
    Set<String> scopes = new HashSet<>();
    new CommittedRecords(consumer, CommittedRecords.partitionsOf(consumer, Topics.SCOPES))
        .forEach(
            record -> {
              if (record.key() != null && record.value() != null) {
                scopes.add(new String(record.key(), StandardCharsets.UTF_8));
              }
            },
            CommittedRecords.Progress.NONE);
    return new SealedScopes(scopes);
  }

  boolean contains(String scope) {
    return scopes.contains(scope);
  }
}
