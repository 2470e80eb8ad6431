package org.isogloss.streams.mine;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.place.Placement;

/** One processor between the topics placed by scope, which therefore need no repartitioning. */
final class MinerTopology {
  private static final String PROCESSOR = "miner";

  private MinerTopology() {}

  static Topology of(MinerParts parts) {
    ByteArrayDeserializer bytes = new ByteArrayDeserializer();
    Serializer<byte[]> keys = new ByteArraySerializer();
    Serializer<Outgoing> values = (topic, outgoing) -> outgoing.value();
    Topology topology = new Topology();
    topology
        .addSource("embeddings", bytes, bytes, Topics.EMBEDDINGS)
        .addSource("dead-letters", bytes, bytes, Topics.DEAD_LETTERS)
        .addSource("seals", bytes, bytes, Topics.SCOPES)
        .addProcessor(
            PROCESSOR, () -> new MinerProcessor(parts), "embeddings", "dead-letters", "seals")
        .addSink(MinerProcessor.BITEXT, Topics.BITEXT, keys, values, byScope(), PROCESSOR)
        .addSink(
            MinerProcessor.DEAD_LETTERS, Topics.DEAD_LETTERS, keys, values, byScope(), PROCESSOR);
    ScopeStores.builders().forEach(store -> topology.addStateStore(store, PROCESSOR));
    return topology;
  }

  private static StreamPartitioner<byte[], Outgoing> byScope() {
    return (topic, key, outgoing, partitions) -> {
      String id = key == null ? "" : new String(key, StandardCharsets.UTF_8);
      return Optional.of(Set.of(Placement.forScope(outgoing.scope(), id, partitions)));
    };
  }
}
