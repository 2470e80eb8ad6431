package org.isogloss.it.flow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.isogloss.it.process.JavaProcess;
import org.isogloss.it.replay.CommittedLog;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.TopicAdmin;
import org.isogloss.kafka.TopicPlan;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.record.Embedding;
import org.isogloss.schemas.record.Origin;
import org.isogloss.schemas.record.Sentence;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.broker.EmbeddedBroker;
import org.isogloss.streams.sample.SampleCorpus;
import org.isogloss.streams.sample.SampleSentence;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A backlog passes through one process with a heap of one gigabyte, in which everything runs: the
 * broker, the router, the worker and the miner.
 */
class BacklogTest {
  private static final Logger log = LoggerFactory.getLogger(BacklogTest.class);
  private static final Duration START_PATIENCE = Duration.ofMinutes(4);
  private static final Duration PATIENCE = Duration.ofMinutes(15);
  private static final Duration POLL = Duration.ofMillis(500);

  @TempDir private Path folder;

  @Test
  void fortyThousandSentencesPassThroughOneGigabyte() throws IOException {
    pass(40_000);
  }

  @Test
  @Tag("long")
  void twoHundredThousandSentencesPassThroughOneGigabyte() throws IOException {
    pass(200_000);
  }

  private void pass(int sentences) throws IOException {
    fill(sentences);
    Path logs = Path.of("target", "backlog-" + sentences);
    try (JavaProcess up =
        JavaProcess.start("up", logs, "1g", UpProcess.class, List.of(folder.toString()))) {
      long start = System.nanoTime();
      up.awaitReady(START_PATIENCE);
      String address = EmbeddedBroker.runningAddress(UpProcess.brokerData(folder)).orElseThrow();
      Map<Integer, BitSet> origins = awaitEmbeddings(KafkaSettings.of(address), up, sentences);
      double seconds = (System.nanoTime() - start) / 1e9;
      log.info(
          "{} sentences through 1 GiB in {} s from the start of the process: {} sentences/s",
          sentences,
          Math.round(seconds),
          Math.round(sentences / seconds));

      assertThat(origins).hasSize(TopicPlan.SENTENCE_PARTITIONS);
      // As many as there are sentences, and none twice: so each partition's are without a gap.
      assertThat(origins.values())
          .allSatisfy(each -> assertThat(each.nextClearBit(0)).isEqualTo(each.length()));
      assertThat(CommittedLog.read(address, Topics.DEAD_LETTERS)).isEmpty();
      assertThat(up.isAlive()).isTrue();
      assertThat(up.output()).doesNotContain("OutOfMemoryError");
      up.terminate(PATIENCE);
    }
  }

  /** The offsets of the sentences that have an embedding, by partition. */
  private static Map<Integer, BitSet> awaitEmbeddings(
      KafkaSettings kafka, JavaProcess up, int sentences) throws IOException {
    Map<Integer, BitSet> origins = new HashMap<>();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(kafka.consumer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(Topics.EMBEDDINGS).stream()
              .map(each -> new TopicPartition(each.topic(), each.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      int found = 0;
      while (found < sentences) {
        assertThat(System.nanoTime())
            .as("%d embeddings within %s", found, PATIENCE)
            .isLessThan(deadline);
        assertThat(up.isAlive()).as("%d embeddings, then the end of the process", found).isTrue();
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          Origin origin = Embedding.fromByteBuffer(ByteBuffer.wrap(record.value())).getOrigin();
          BitSet offsets = origins.computeIfAbsent(origin.getPartition(), any -> new BitSet());
          int offset = Math.toIntExact(origin.getOffset());
          assertThat(offsets.get(offset)).as("%s a second time", origin).isFalse();
          offsets.set(offset);
          found++;
        }
      }
    }
    return origins;
  }

  /** Puts the backlog there before anything works on it. */
  private void fill(int sentences) {
    AvroCodec<Sentence> codec = AvroCodec.of(Sentence.class);
    List<SampleSentence> texts = SampleCorpus.load().sentences(1);
    AtomicInteger acknowledged = new AtomicInteger();
    try (EmbeddedBroker broker = EmbeddedBroker.start(UpProcess.brokerData(folder))) {
      KafkaSettings kafka = KafkaSettings.of(broker.bootstrapServers());
      TopicAdmin.createMissing(kafka, TopicPlan.standard());
      try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(kafka.producer())) {
        for (int i = 0; i < sentences; i++) {
          SampleSentence text = texts.get(i % texts.size());
          String id = "backlog-" + i;
          Sentence sentence = new Sentence(id, text.text(), text.language(), "", "backlog");
          var unused =
              producer.send(
                  new ProducerRecord<>(
                      Topics.SENTENCES, id.getBytes(UTF_8), codec.encode(sentence)),
                  (metadata, failure) -> {
                    if (failure == null) {
                      acknowledged.incrementAndGet();
                    }
                  });
        }
      }
    }
    assertThat(acknowledged).hasValue(sentences);
  }
}
