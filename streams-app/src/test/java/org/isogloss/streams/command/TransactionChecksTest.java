package org.isogloss.streams.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.apache.kafka.clients.admin.DescribeProducersResult.PartitionProducerState;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.server.common.MetadataVersion;
import org.junit.jupiter.api.Test;

class TransactionChecksTest {
  private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
  private static final TopicPartition EMBEDDINGS = new TopicPartition("isogloss.embeddings", 2);
  private static final TopicPartition OFFSETS = new TopicPartition("__consumer_offsets", 0);

  private static PartitionProducerState producer(long id, OptionalLong openFrom, Duration silent) {
    return new PartitionProducerState(
        List.of(
            new ProducerState(
                id, 3, 0, NOW.minus(silent).toEpochMilli(), OptionalInt.of(0), openFrom)));
  }

  @Test
  void aTransactionThatAPartitionHoldsForOpenAndNoCoordinatorKnowsHangs() {
    Finding finding =
        TransactionChecks.finding(
            Map.of(
                EMBEDDINGS, producer(5, OptionalLong.of(1332), Duration.ofMinutes(3)),
                OFFSETS, producer(5, OptionalLong.of(2113), Duration.ofMinutes(3))),
            List.of(new TransactionListing("isogloss-encoder-1", 6, TransactionState.ONGOING)),
            NOW);
    assertThat(finding).isInstanceOf(Finding.Broken.class);
    assertThat(finding.detail())
        .endsWith(
            "__consumer_offsets-0 from offset 2113 on, isogloss.embeddings-2 from offset 1332 on");
  }

  @Test
  void oneThatRunsOrMayHaveEndedWhileWeAskedOrIsOverHangsNot() {
    Finding running =
        TransactionChecks.finding(
            Map.of(EMBEDDINGS, producer(5, OptionalLong.of(1332), Duration.ofMinutes(3))),
            List.of(
                new TransactionListing("isogloss-encoder-2", 5, TransactionState.PREPARE_ABORT)),
            NOW);
    Finding young =
        TransactionChecks.finding(
            Map.of(EMBEDDINGS, producer(5, OptionalLong.of(1332), Duration.ofSeconds(20))),
            List.of(),
            NOW);
    Finding over =
        TransactionChecks.finding(
            Map.of(EMBEDDINGS, producer(5, OptionalLong.empty(), Duration.ofMinutes(3))),
            List.of(),
            NOW);
    assertThat(List.of(running, young, over)).allMatch(each -> each instanceof Finding.Good);
  }

  @Test
  void brokersAfterOursLoseTheEndsOfTransactionsAndOursDoNot() {
    assertThat(BrokerChecks.losesMarkers(MetadataVersion.latestProduction().featureLevel()))
        .isFalse();
    assertThat(BrokerChecks.losesMarkers(MetadataVersion.IBP_4_3_IV0.featureLevel())).isTrue();
  }
}
