package org.isogloss.it.faults;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.avro.AvroRuntimeException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.isogloss.it.replay.CommittedLog;
import org.isogloss.it.replay.Place;
import org.isogloss.schemas.record.EncodeRequest;
import org.isogloss.schemas.record.Origin;

/**
 * How far unfinished sentences came, and what may hold them up: for the message of a failed run,
 * whose broker is gone when somebody reads it.
 */
final class Whereabouts {
  private static final String REQUESTS = "isogloss.encode-requests";
  private static final List<String> TOPICS =
      List.of(
          "isogloss.sentences",
          REQUESTS,
          "isogloss.embeddings",
          "isogloss.dead-letters",
          "__consumer_offsets");

  private Whereabouts() {}

  /** In words, many lines; what cannot be learnt is said so, and hides nothing else. */
  static String of(String bootstrap, Collection<Place> unfinished) {
    StringBuilder text = new StringBuilder();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      List<Part> parts =
          List.of(
              () ->
                  text.append("requests of the unfinished, committed: ")
                      .append(requests(CommittedLog.read(bootstrap, REQUESTS), unfinished)),
              () ->
                  text.append("\nrequests of the unfinished, with those not committed: ")
                      .append(
                          requests(CommittedLog.readUncommitted(bootstrap, REQUESTS), unfinished)),
              () -> groups(admin, text),
              () -> partitions(admin, text),
              () -> transactions(admin, text));
      for (Part part : parts) {
        try {
          part.tell();
        } catch (ExecutionException | RuntimeException e) {
          text.append("\ncannot be learnt: ").append(e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return text.toString();
  }

  private interface Part {
    void tell() throws ExecutionException, InterruptedException;
  }

  /** Sentence to the places of its requests. */
  private static Map<Place, List<Place>> requests(
      List<ConsumerRecord<byte[], byte[]>> records, Collection<Place> unfinished) {
    Map<Place, List<Place>> found = new TreeMap<>();
    unfinished.forEach(place -> found.put(place, new ArrayList<>()));
    for (ConsumerRecord<byte[], byte[]> record : records) {
      try {
        Origin origin = EncodeRequest.fromByteBuffer(ByteBuffer.wrap(record.value())).getOrigin();
        List<Place> places = found.get(new Place(origin.getPartition(), origin.getOffset()));
        if (places != null) {
          places.add(new Place(record.partition(), record.offset()));
        }
      } catch (IOException | AvroRuntimeException e) {
        throw new IllegalStateException(e);
      }
    }
    return found;
  }

  private static void groups(Admin admin, StringBuilder text)
      throws ExecutionException, InterruptedException {
    Set<String> groups =
        admin.listGroups().all().get().stream()
            .map(group -> group.groupId())
            .collect(Collectors.toCollection(TreeSet::new));
    for (String group : groups) {
      text.append("\ngroup ").append(group).append(": ");
      var offsets = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
      Map<String, Long> sorted = new TreeMap<>();
      offsets.forEach((partition, offset) -> sorted.put(partition.toString(), offset.offset()));
      text.append(sorted);
      admin
          .describeConsumerGroups(List.of(group))
          .all()
          .get()
          .values()
          .forEach(
              described -> {
                text.append(' ').append(described.groupState());
                described
                    .members()
                    .forEach(
                        member ->
                            text.append("\n  ")
                                .append(member.consumerId())
                                .append(' ')
                                .append(member.assignment().topicPartitions()));
              });
    }
  }

  /** Only those with something open. */
  private static void partitions(Admin admin, StringBuilder text)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    admin
        .describeTopics(TOPICS)
        .allTopicNames()
        .get()
        .forEach(
            (topic, description) ->
                description
                    .partitions()
                    .forEach(
                        each ->
                            latest.put(
                                new TopicPartition(topic, each.partition()), OffsetSpec.latest())));
    Map<TopicPartition, ListOffsetsResultInfo> ends = admin.listOffsets(latest).all().get();
    Map<TopicPartition, ListOffsetsResultInfo> stable =
        admin
            .listOffsets(latest, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
            .all()
            .get();
    var producers = admin.describeProducers(latest.keySet()).all().get();
    for (TopicPartition partition : latest.keySet()) {
      long end = Objects.requireNonNull(ends.get(partition)).offset();
      long lastStable = Objects.requireNonNull(stable.get(partition)).offset();
      List<ProducerState> open =
          Objects.requireNonNull(producers.get(partition)).activeProducers().stream()
              .filter(state -> state.currentTransactionStartOffset().isPresent())
              .toList();
      if (!partition.topic().startsWith("__") || end != lastStable || !open.isEmpty()) {
        text.append(
            "\n%s: end %d, last stable %d, open %s".formatted(partition, end, lastStable, open));
      }
    }
  }

  private static void transactions(Admin admin, StringBuilder text)
      throws ExecutionException, InterruptedException {
    for (TransactionListing each : admin.listTransactions().all().get()) {
      text.append("\ntransaction ").append(each);
    }
  }
}
