package org.isogloss.it.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.groupingBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.isogloss.it.replay.Place;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.record.Sentence;
import org.isogloss.streams.sample.SampleSentence;
import org.jspecify.annotations.Nullable;

/**
 * A steady stream of sentences, some of them poisoned, from a thread of its own. The producer
 * outlasts the broker's deaths.
 */
final class SentenceStream implements AutoCloseable {
  private static final String TOPIC = "isogloss.sentences";
  private static final int REORDERED = 50;
  private static final Duration TICK = Duration.ofMillis(20);

  /** The source of sentences that come while one language floods. */
  static final String FLOOD = "flood";

  /** The language that floods; of the others the second has a quarter of it, the third a ninth. */
  static final String FLOODING = "en";

  private static final List<String> SCOPES = List.of("", "", "monday", "tuesday");
  private static final List<String> VIEWS =
      List.of("", "", "", "MONOLINGUAL", "MONOLINGUAL,CROSS_LINGUAL");

  private final AvroCodec<Sentence> codec = AvroCodec.of(Sentence.class);
  private final KafkaProducer<byte[], byte[]> producer;
  private final List<SampleSentence> texts;

  /** By language, the flooding one first. */
  private final List<List<SampleSentence>> byLanguage;

  private final int sentencesPerSecond;
  private final Random random;
  private final Thread thread;
  private final Map<Place, Poison> poisoned = new ConcurrentHashMap<>();
  private final Map<Poison, Integer> sentPoison = new EnumMap<>(Poison.class);
  private final AtomicInteger acknowledged = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private final List<Runnable> heldBack = new ArrayList<>();
  private volatile Traffic traffic = Traffic.STEADY;
  private volatile boolean ending;
  private int made;
  private int sent;

  private SentenceStream(
      String bootstrapServers, List<SampleSentence> texts, int sentencesPerSecond, long seed) {
    this.texts = texts;
    Map<String, List<SampleSentence>> languages =
        texts.stream()
            .collect(groupingBy(SampleSentence::language, TreeMap::new, Collectors.toList()));
    this.byLanguage = new ArrayList<>();
    byLanguage.add(Objects.requireNonNull(languages.remove(FLOODING)));
    byLanguage.addAll(languages.values());
    this.sentencesPerSecond = sentencesPerSecond;
    this.random = new Random(seed);
    Map<String, Object> properties =
        Map.of(
            "bootstrap.servers", bootstrapServers,
            "acks", "all",
            "enable.idempotence", "true",
            "delivery.timeout.ms", "600000",
            "max.block.ms", "600000",
            "linger.ms", "5");
    this.producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    this.thread = Thread.ofPlatform().name("sentence-stream").daemon().unstarted(this::run);
  }

  static SentenceStream start(
      String bootstrapServers, List<SampleSentence> texts, int sentencesPerSecond, long seed) {
    SentenceStream stream = new SentenceStream(bootstrapServers, texts, sentencesPerSecond, seed);
    stream.thread.start();
    return stream;
  }

  /** Changes how sentences come. */
  void change(Traffic to) {
    traffic = to;
  }

  /** Ends the stream when all that was sent is acknowledged; how many that is. */
  int finish() {
    ending = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    producer.flush();
    if (refused.get() > 0 || acknowledged.get() != sent) {
      throw new IllegalStateException(
          "%d sent, %d acknowledged, %d refused"
              .formatted(sent, acknowledged.get(), refused.get()));
    }
    return sent;
  }

  /** Where the poison is, of {@link #finish}ed streams. */
  Map<Place, Poison> poisoned() {
    return Map.copyOf(poisoned);
  }

  int acknowledged() {
    return acknowledged.get();
  }

  @Override
  public void close() {
    ending = true;
    producer.close(Duration.ZERO);
  }

  private void run() {
    try {
      stream();
    } catch (KafkaException e) {
      // A failed test closes the producer under this thread; finish() would have told.
      if (!ending) {
        throw e;
      }
    }
  }

  private void stream() {
    long last = System.nanoTime();
    double due = 0;
    while (!ending) {
      long now = System.nanoTime();
      int rate = sentencesPerSecond * traffic.ofTheRate();
      // After a pause of the broker the stream does not make up for lost time: it is a rate.
      due = Math.min(rate, due + (now - last) / 1e9 * rate);
      last = now;
      for (; due >= 1 && !ending; due--) {
        sendNext(traffic);
      }
      LockSupport.parkNanos(TICK.toNanos());
    }
    sendHeldBack();
  }

  private void sendNext(Traffic coming) {
    String id = "s-" + made++;
    Poison poison = random.nextDouble() < coming.poisoned() ? nextPoison() : null;
    ProducerRecord<byte[], byte[]> record =
        poison == null ? good(id, coming) : poison.record(TOPIC, id);
    if (coming == Traffic.REPEATED) {
      ProducerRecord<byte[], byte[]> again = again(record);
      heldBack.add(() -> send(record, poison));
      heldBack.add(() -> send(again, poison));
    } else {
      send(record, poison);
    }
    if (coming != Traffic.REPEATED || heldBack.size() >= REORDERED) {
      sendHeldBack();
    }
  }

  private void sendHeldBack() {
    Collections.shuffle(heldBack, random);
    heldBack.forEach(Runnable::run);
    heldBack.clear();
  }

  /** The same once more; a record is sent once only, since a producer adds to its headers. */
  private static ProducerRecord<byte[], byte[]> again(ProducerRecord<byte[], byte[]> record) {
    return new ProducerRecord<>(
        record.topic(), null, record.key(), record.value(), List.of(record.headers().toArray()));
  }

  private void send(ProducerRecord<byte[], byte[]> record, @Nullable Poison poison) {
    sent++;
    var unused =
        producer.send(
            record,
            (metadata, failure) -> {
              if (failure != null) {
                refused.incrementAndGet();
              } else {
                note(new Place(metadata.partition(), metadata.offset()), poison);
              }
            });
  }

  private void note(Place place, @Nullable Poison poison) {
    if (poison != null) {
      poisoned.put(place, poison);
    }
    acknowledged.incrementAndGet();
  }

  /** The kind sent least often so far, so that every kind is sent. */
  private Poison nextPoison() {
    Poison rarest = Poison.EMPTY;
    for (Poison kind : Poison.values()) {
      if (sentPoison.getOrDefault(kind, 0) < sentPoison.getOrDefault(rarest, 0)) {
        rarest = kind;
      }
    }
    sentPoison.merge(rarest, 1, Integer::sum);
    return rarest;
  }

  /** A rank from 0, the probability of each as one over the square of its place. */
  private int zipf(int ranks) {
    double all = 0;
    for (int rank = 1; rank <= ranks; rank++) {
      all += 1.0 / (rank * rank);
    }
    double left = random.nextDouble() * all;
    for (int rank = 1; rank < ranks; rank++) {
      left -= 1.0 / (rank * rank);
      if (left < 0) {
        return rank - 1;
      }
    }
    return ranks - 1;
  }

  private ProducerRecord<byte[], byte[]> good(String id, Traffic coming) {
    boolean flood = coming == Traffic.ONE_LANGUAGE;
    List<SampleSentence> from = flood ? byLanguage.get(zipf(byLanguage.size())) : texts;
    SampleSentence text = from.get(random.nextInt(from.size()));
    String scope = SCOPES.get(random.nextInt(SCOPES.size()));
    Sentence sentence =
        new Sentence(id, text.text(), text.language(), scope, flood ? FLOOD : "stream");
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(TOPIC, id.getBytes(UTF_8), codec.encode(sentence));
    String views = VIEWS.get(random.nextInt(VIEWS.size()));
    if (!views.isEmpty()) {
      record.headers().add("views", views.getBytes(UTF_8));
    }
    return record;
  }
}
