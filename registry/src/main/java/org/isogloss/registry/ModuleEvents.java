package org.isogloss.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.time.InstantSource;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.record.ModuleEvent;
import org.isogloss.schemas.record.ModuleEventKind;
import org.isogloss.schemas.topic.Topics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports to {@code isogloss.module-events}. Reports are news, not state: one that cannot be sent
 * is logged and lost. Safe for several threads.
 */
public final class ModuleEvents implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ModuleEvents.class);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  private final AvroCodec<ModuleEvent> codec = AvroCodec.of(ModuleEvent.class);
  private final Producer<byte[], byte[]> producer;
  private final InstantSource clock;
  private final String worker;
  private final String actor;

  /**
   * @param worker empty for a command
   * @param actor empty for a worker
   */
  public ModuleEvents(KafkaSettings kafka, InstantSource clock, String worker, String actor) {
    this.producer = new KafkaProducer<>(kafka.producer());
    this.clock = clock;
    this.worker = worker;
    this.actor = actor;
  }

  /** Reports; {@code code} and {@code reason} may be empty. */
  public void report(ModuleEventKind kind, String subject, String code, String reason) {
    ModuleEvent event =
        ModuleEvent.newBuilder()
            .setSubject(subject)
            .setEvent(kind)
            .setWorker(worker)
            .setTimeMillis(clock.millis())
            .setCode(code)
            .setReason(reason)
            .setActor(actor)
            .build();
    try {
      producer.send(
          new ProducerRecord<>(Topics.MODULE_EVENTS, subject.getBytes(UTF_8), codec.encode(event)),
          (place, failure) -> {
            if (failure != null) {
              log.warn("the event {} of {} was not reported", kind, subject, failure);
            }
          });
    } catch (KafkaException e) {
      log.warn("the event {} of {} was not reported", kind, subject, e);
    }
  }

  @Override
  public void close() {
    producer.close(CLOSE_TIMEOUT);
  }
}
