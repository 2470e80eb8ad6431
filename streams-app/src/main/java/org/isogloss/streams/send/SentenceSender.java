package org.isogloss.streams.send;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.TopicAdmin;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.record.Sentence;
import org.isogloss.schemas.topic.HeaderNames;
import org.isogloss.schemas.topic.SchemaTopic;
import org.isogloss.schemas.topic.TextHeaders;
import org.isogloss.schemas.topic.Topics;
import org.jspecify.annotations.Nullable;

/** Sends lines as sentences; the package says what it promises. */
public final class SentenceSender implements AutoCloseable {
  private static final Duration SCHEMA_TIMEOUT = Duration.ofSeconds(30);
  private static final int TOLD_REFUSALS = 10;
  private static final int LINGER_MILLIS = 10;
  private static final int BATCH_BYTES = 128 << 10;
  private static final int PROGRESS_EVERY = 1000;

  /** Half of what the topic takes: the rest is for the other fields. */
  private static final int LONGEST_LINE_BYTES = 512 << 10;

  private final AvroCodec<Sentence> codec = AvroCodec.of(Sentence.class);
  private final Producer<byte[], byte[]> producer;
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicReference<@Nullable IsoglossException> failed = new AtomicReference<>();

  private SentenceSender(Producer<byte[], byte[]> producer) {
    this.producer = producer;
  }

  /**
   * Connects; the topics must be there.
   *
   * @throws IsoglossException BAD_TOPIC, BROKER_UNREACHABLE
   */
  public static SentenceSender connect(KafkaSettings settings) {
    // Writing before a partition has its leader could lose the first batches.
    TopicAdmin.partitions(settings, List.of(Topics.SENTENCES, Topics.SCHEMAS));
    try {
      SchemaTopic.registerOurs(settings.consumer(), settings.producer(), SCHEMA_TIMEOUT);
      Map<String, Object> properties = settings.producer();
      properties.put(ProducerConfig.LINGER_MS_CONFIG, LINGER_MILLIS);
      properties.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
      return new SentenceSender(new KafkaProducer<>(properties));
    } catch (KafkaException e) {
      throw new IsoglossException(
          ErrorCode.BROKER_UNREACHABLE,
          "sending to " + settings.bootstrapServers() + ": " + e.getMessage(),
          e);
    }
  }

  /**
   * Sends every line and returns when all are acknowledged.
   *
   * @param views the views asked for, such as {@code MONOLINGUAL,CROSS_LINGUAL}; empty: the default
   * @param progress told now and then how many lines are acknowledged
   * @throws IsoglossException BAD_INPUT_FILE where the lines cannot be read, SEND_FAILED where one
   *     is not acknowledged: then some lines were sent and others not, and sending all again
   *     repeats the ids of the former
   */
  public SendReport send(SentenceSource source, Optional<String> views, LongConsumer progress) {
    long before = acknowledged.get();
    List<Long> firstRefused = new ArrayList<>();
    long refused = 0;
    long number = 0;
    try (InputStream in = source.lines().open()) {
      ByteArrayOutputStream line = new ByteArrayOutputStream(256);
      while (readLine(in, line)) {
        number++;
        Optional<String> text = text(line);
        if (text.isPresent()) {
          send(source, number, text.get(), views);
        } else {
          refused++;
          if (firstRefused.size() < TOLD_REFUSALS) {
            firstRefused.add(number);
          }
        }
        if (number % PROGRESS_EVERY == 0) {
          throwIfFailed();
          progress.accept(acknowledged.get() - before);
        }
      }
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.BAD_INPUT_FILE, source.name() + ", line " + (number + 1) + ": " + e, e);
    }
    producer.flush();
    throwIfFailed();
    long sent = acknowledged.get() - before;
    if (sent + refused != number) {
      throw new IsoglossException(
          ErrorCode.SEND_FAILED,
          source.name() + ": " + sent + " of " + (number - refused) + " lines acknowledged");
    }
    progress.accept(sent);
    return new SendReport(sent, refused, firstRefused);
  }

  private void send(SentenceSource source, long number, String text, Optional<String> views) {
    String id = source.id(number);
    Sentence sentence =
        Sentence.newBuilder()
            .setId(id)
            .setText(text)
            .setLanguage(source.language().orElse(null))
            .setScope(source.scope())
            .setSource(source.name())
            .build();
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            Topics.SENTENCES, id.getBytes(StandardCharsets.UTF_8), codec.encode(sentence));
    views.ifPresent(asked -> TextHeaders.put(record.headers(), HeaderNames.VIEWS, asked));
    try {
      var _ =
          producer.send(
              record,
              (metadata, exception) -> {
                if (exception == null) {
                  acknowledged.incrementAndGet();
                } else {
                  failed.compareAndSet(
                      null,
                      new IsoglossException(
                          ErrorCode.SEND_FAILED, id + ": " + exception.getMessage(), exception));
                }
              });
    } catch (KafkaException e) {
      throw new IsoglossException(ErrorCode.SEND_FAILED, id + ": " + e.getMessage(), e);
    }
  }

  private void throwIfFailed() {
    IsoglossException failure = failed.get();
    if (failure != null) {
      throw failure;
    }
  }

  /** Reads up to a line feed, which is left out; of a line too long, enough to see that it is. */
  private static boolean readLine(InputStream in, ByteArrayOutputStream line) throws IOException {
    line.reset();
    int next = in.read();
    if (next < 0) {
      return false;
    }
    while (next >= 0 && next != '\n') {
      if (line.size() <= LONGEST_LINE_BYTES) {
        line.write(next);
      }
      next = in.read();
    }
    return true;
  }

  private static Optional<String> text(ByteArrayOutputStream line) {
    if (line.size() > LONGEST_LINE_BYTES) {
      return Optional.empty();
    }
    byte[] bytes = line.toByteArray();
    int length = bytes.length;
    if (length > 0 && bytes[length - 1] == '\r') {
      length--;
    }
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length)).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  /** Sends what is buffered, and disconnects. */
  @Override
  public void close() {
    producer.close();
  }
}
