package org.isogloss.streams.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.CommittedRecords;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.schemas.topic.HeaderNames;
import org.isogloss.schemas.topic.TextHeaders;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.sample.SampleSentence;

/**
 * The demo's last act: sentences of one language stream in small portions, a new version of its
 * module is activated in their midst, and the committed output is counted by version.
 */
final class LiveSwap {
  private static final int PORTION = 20;
  private static final Duration PAUSE = Duration.ofMillis(100);

  /**
   * What the committed output says.
   *
   * @param byVersion embeddings by the name of their language module
   * @param sent sentences
   * @param distinct ids among the embeddings
   */
  record Outcome(SortedMap<String, Integer> byVersion, int sent, int distinct) {
    int embeddings() {
      return byVersion.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** The line that the demo shows. */
    String text() {
      return String.format(
          Locale.ROOT,
          "%d sentences sent, %s, %d lost, %d doubled",
          sent,
          byVersion,
          sent - distinct,
          embeddings() - distinct);
    }
  }

  private final KafkaSettings kafka;

  LiveSwap(KafkaSettings kafka) {
    this.kafka = kafka;
  }

  /**
   * Streams the sentences and activates in their midst.
   *
   * @param activate makes the new version serve
   * @param live whether it serves: the last third is held back until then
   * @throws IsoglossException what activating throws, or TIMED_OUT
   */
  void stream(
      List<SampleSentence> sentences,
      String scope,
      Runnable activate,
      BooleanSupplier live,
      Duration patience)
      throws InterruptedException {
    CompletableFuture<Void> activating = new CompletableFuture<>();
    boolean begun = false;
    for (int from = 0; from < sentences.size(); from += PORTION) {
      if (from >= sentences.size() / 3 && !begun) {
        begun = true;
        activating = CompletableFuture.runAsync(activate);
      }
      if (from >= sentences.size() * 2 / 3) {
        join(activating);
        await(live, patience);
      }
      int to = Math.min(sentences.size(), from + PORTION);
      SampleFeed.send(kafka, sentences.subList(from, to), scope);
      Thread.sleep(PAUSE);
    }
  }

  private static void join(CompletableFuture<Void> activating) {
    try {
      activating.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private static void await(BooleanSupplier live, Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!live.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new IsoglossException(ErrorCode.TIMED_OUT, "the new version does not go live");
      }
      Thread.sleep(PAUSE);
    }
  }

  /**
   * The committed embeddings of these ids.
   *
   * @throws IsoglossException TIMED_OUT if they do not all come
   */
  Outcome await(List<SampleSentence> sentences, Duration patience) throws InterruptedException {
    Set<String> wanted = new HashSet<>();
    sentences.forEach(sentence -> wanted.add(sentence.id()));
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      List<String> ids = new ArrayList<>();
      SortedMap<String, Integer> byVersion = new TreeMap<>();
      try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(kafka.consumer())) {
        new CommittedRecords(consumer, CommittedRecords.partitionsOf(consumer, Topics.EMBEDDINGS))
            .forEach(
                record -> {
                  String id = new String(record.key(), UTF_8);
                  if (wanted.contains(id)) {
                    ids.add(id);
                    Optional<String> version =
                        TextHeaders.read(record.headers(), HeaderNames.LANGUAGE_MODULE);
                    byVersion.merge(version.orElse("unknown"), 1, Integer::sum);
                  }
                },
                CommittedRecords.Progress.NONE);
      }
      int distinct = new HashSet<>(ids).size();
      if (distinct == wanted.size()) {
        return new Outcome(byVersion, wanted.size(), distinct);
      }
      if (System.nanoTime() - deadline > 0) {
        throw new IsoglossException(
            ErrorCode.TIMED_OUT, "%d of %d sentences came back".formatted(distinct, wanted.size()));
      }
      Thread.sleep(PAUSE);
    }
  }
}
