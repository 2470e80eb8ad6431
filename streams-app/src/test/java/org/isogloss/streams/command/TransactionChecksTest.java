package org.isogloss.streams.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.server.common.MetadataVersion;
import org.isogloss.streams.command.TransactionChecks.Open;
import org.junit.jupiter.api.Test;

class TransactionChecksTest {
  private static final Open EMBEDDINGS =
      new Open(new TopicPartition("isogloss.embeddings", 2), 5, 1332);
  private static final Open OFFSETS =
      new Open(new TopicPartition("__consumer_offsets", 0), 5, 2113);

  @Test
  void aTransactionThatAPartitionHoldsForOpenAndNoCoordinatorKnowsHangs() {
    Finding finding =
        TransactionChecks.finding(
            Set.of(EMBEDDINGS, OFFSETS),
            List.of(new TransactionListing("isogloss-encoder-1", 6, TransactionState.ONGOING)),
            Set.of(EMBEDDINGS, OFFSETS));
    assertThat(finding).isInstanceOf(Finding.Broken.class);
    assertThat(finding.detail())
        .endsWith(
            "__consumer_offsets-0 from offset 2113 on, isogloss.embeddings-2 from offset 1332 on");
  }

  @Test
  void oneThatRunsOrEndedOrBeganWhileWeAskedHangsNot() {
    Finding running =
        TransactionChecks.finding(
            Set.of(EMBEDDINGS),
            List.of(
                new TransactionListing("isogloss-encoder-2", 5, TransactionState.PREPARE_ABORT)),
            Set.of(EMBEDDINGS));
    Finding ended = TransactionChecks.finding(Set.of(EMBEDDINGS), List.of(), Set.of());
    Finding next =
        TransactionChecks.finding(
            Set.of(EMBEDDINGS),
            List.of(),
            Set.of(new Open(EMBEDDINGS.partition(), EMBEDDINGS.producerId(), 1400)));
    assertThat(List.of(running, ended, next)).allMatch(each -> each instanceof Finding.Good);
  }

  @Test
  void whatIsOpenInTheGroupsOffsetsAloneMayBeAnothersAndIsNoFailure() {
    assertThat(TransactionChecks.finding(Set.of(OFFSETS), List.of(), Set.of(OFFSETS)))
        .isInstanceOf(Finding.Doubtful.class);
  }

  @Test
  void brokersAfterOursLoseTheEndsOfTransactionsAndOursDoNot() {
    assertThat(BrokerChecks.losesMarkers(MetadataVersion.latestProduction().featureLevel()))
        .isFalse();
    assertThat(BrokerChecks.losesMarkers(MetadataVersion.IBP_4_3_IV0.featureLevel())).isTrue();
  }
}
