package org.isogloss.streams.registry;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.isogloss.encoder.encode.ModularEncoder;
import org.isogloss.encoder.encode.ModuleSource;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.CommittedRecords;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.registry.ModuleEvents;
import org.isogloss.registry.ModuleLedger;
import org.isogloss.registry.ModuleLedger.Change;
import org.isogloss.registry.ModuleTopic;
import org.isogloss.schemas.record.ModuleEventKind;
import org.isogloss.schemas.topic.SchemaFollower;
import org.isogloss.schemas.topic.SchemaTopic;
import org.isogloss.schemas.topic.Topics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an encoder at what {@code isogloss.modules} says.
 *
 * <p>The contract:
 *
 * <ul>
 *   <li>{@link #start} reads the topic to its end and returns when the encoder serves accordingly:
 *       a worker that starts behind it never encodes with modules that do not serve any more.
 *   <li>Later records take effect as they come, all records of one reading in one exchange.
 *   <li>A module at fault, or one that does not fit yet, is refused and reported; what served
 *       before serves on, for that language alone. While the store is down what serves stays, and
 *       it is tried again; so is a module that the store lacks or holds damaged. A fault of this
 *       process, such as a lack of memory or of disk, completes {@link #failure}.
 * </ul>
 *
 * <p>One thread of its own, which owns the consumer and the ledger.
 */
public final class ModuleFollower implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ModuleFollower.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration FIRST_RETRY = Duration.ofMillis(500);
  private static final Duration LONGEST_RETRY = Duration.ofSeconds(10);

  /** What lacks or is damaged rather than out of reach costs a download to look at again. */
  private static final Duration LONGEST_RETRY_OF_MENDABLE = Duration.ofMinutes(2);

  /**
   * Who follows, and with what.
   *
   * @param worker names the worker in events
   * @param startPatience how long a start waits for a store that is down
   */
  public record Setting(
      String worker, ModuleSource source, ModuleListener listener, Duration startPatience) {}

  private final Setting setting;
  private final ModularEncoder encoder;
  private final MeterRegistry registry;
  private final ModuleLedger ledger = new ModuleLedger();
  private final SchemaFollower schemas;
  private final ModuleTopic topic;
  private final Consumer<byte[], byte[]> consumer;
  private final ModuleEvents events;
  private final CompletableFuture<IsoglossException> failure = new CompletableFuture<>();
  private final Thread thread;
  private final Map<String, ErrorCode> reported = new HashMap<>();
  private List<ModuleLedger.Waiting> waiting = List.of();
  private volatile boolean closing;
  private Duration retry = FIRST_RETRY;
  private long retryAtNanos;
  private boolean storeDown;
  private boolean retrying;

  private ModuleFollower(
      Setting setting, KafkaSettings kafka, ModularEncoder encoder, MeterRegistry registry) {
    this.setting = setting;
    this.encoder = encoder;
    this.registry = registry;
    this.schemas = SchemaFollower.start(kafka.consumer(), TIMEOUT);
    this.topic = new ModuleTopic(schemas);
    this.consumer = new KafkaConsumer<>(kafka.consumer());
    this.events = new ModuleEvents(kafka, InstantSource.system(), setting.worker(), "");
    this.thread = new Thread(this::follow, "modules-" + setting.worker());
    thread.setDaemon(true);
  }

  /**
   * Starts, and returns when the encoder serves what the topic says.
   *
   * @param encoder stays the caller's, and outlives the follower
   * @throws IsoglossException BROKER_UNREACHABLE; BAD_TOPIC; STORE_UNAVAILABLE if the store stays
   *     down; ENGINE_UNAVAILABLE
   */
  public static ModuleFollower start(
      Setting setting, KafkaSettings kafka, ModularEncoder encoder, MeterRegistry registry) {
    ModuleFollower follower;
    try {
      SchemaTopic.registerOurs(kafka.consumer(), kafka.producer(), TIMEOUT);
      follower = new ModuleFollower(setting, kafka, encoder, registry);
    } catch (KafkaException e) {
      throw new IsoglossException(
          ErrorCode.BROKER_UNREACHABLE, "the modules cannot be followed: " + e, e);
    }
    try {
      follower.readToEnd();
      follower.awaitServing();
      follower.thread.start();
      return follower;
    } catch (KafkaException e) {
      follower.free();
      throw new IsoglossException(
          ErrorCode.BROKER_UNREACHABLE, "the modules cannot be followed: " + e, e);
    } catch (RuntimeException | Error e) {
      follower.free();
      throw e;
    }
  }

  /** Completes with the reason if the worker must not go on; never otherwise. */
  public CompletableFuture<IsoglossException> failure() {
    return failure.copy();
  }

  /** Follows no more; what serves goes on serving. */
  @Override
  public void close() {
    if (closing) {
      return;
    }
    closing = true;
    consumer.wakeup();
    try {
      thread.join(TIMEOUT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void readToEnd() {
    List<TopicPartition> partitions = CommittedRecords.partitionsOf(consumer, Topics.MODULES);
    if (partitions.size() != 1) {
      throw new IsoglossException(
          ErrorCode.BAD_TOPIC,
          Topics.MODULES + " has " + partitions.size() + " partitions, not one");
    }
    CommittedRecords upToNow = new CommittedRecords(consumer, partitions);
    upToNow.forEach(each -> apply(each), CommittedRecords.Progress.NONE);
    consumer.assign(partitions);
    upToNow.endOffsets().forEach(consumer::seek);
  }

  private void awaitServing() {
    long deadline = System.nanoTime() + setting.startPatience().toNanos();
    while (true) {
      exchange();
      if (failure.isDone()) {
        throw failure.join();
      }
      if (!storeDown) {
        return;
      }
      if (System.nanoTime() - deadline > 0) {
        throw new IsoglossException(
            ErrorCode.STORE_UNAVAILABLE,
            "the modules that should serve cannot be had: "
                + reported.entrySet().stream()
                    .filter(each -> each.getValue() == ErrorCode.STORE_UNAVAILABLE)
                    .map(Map.Entry::getKey)
                    .sorted()
                    .toList());
      }
      try {
        Thread.sleep(Math.max(1, (retryAtNanos - System.nanoTime()) / 1_000_000));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IsoglossException(ErrorCode.TIMED_OUT, "interrupted while loading modules", e);
      }
    }
  }

  private void follow() {
    try {
      while (!closing) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
        records.forEach(this::apply);
        boolean again = retrying && System.nanoTime() - retryAtNanos >= 0;
        if (again) {
          ledger.retryMendable();
        }
        if (!records.isEmpty()) {
          // Whoever asks again wants to hear again how it went.
          reported.clear();
        }
        if (!records.isEmpty() || again) {
          exchange();
        }
        if (failure.isDone()) {
          return;
        }
      }
    } catch (WakeupException e) {
      log.debug("the registry of {} ends", setting.worker());
    } catch (RuntimeException | Error e) {
      log.error("the registry of {} stops", setting.worker(), e);
      failure.complete(
          e instanceof IsoglossException coded
              ? coded
              : new IsoglossException(ErrorCode.INTERNAL, "following the modules failed: " + e, e));
    } finally {
      try {
        reportEvictions();
      } finally {
        free();
      }
    }
  }

  /** What stops has nothing loaded any more, and `modules list` should not say that it has. */
  private void reportEvictions() {
    for (ModuleSelection selection : encoder.serving()) {
      for (ModuleReference module : selection.modules()) {
        events.report(ModuleEventKind.EVICTED, module.name(), "", "the worker stops");
      }
    }
  }

  private void free() {
    try (events;
        schemas) {
      consumer.close();
    }
  }

  private void apply(ConsumerRecord<byte[], byte[]> entry) {
    for (Change change : topic.apply(ledger, entry)) {
      switch (change) {
        case ModuleLedger.Announced announced ->
            log.info("{} is known", announced.version().reference().name());
        case ModuleLedger.Switched switched -> log.debug("due: {}", switched.after());
        case ModuleLedger.Waiting waiting ->
            log.debug("{} waits: {}", waiting.module().language(), waiting.reason());
        case ModuleLedger.Refused refused ->
            refuse(refused.subject(), refused.code(), refused.reason());
      }
    }
  }

  /** Brings the encoder to what the ledger says, as far as it goes. */
  private void exchange() {
    Set<String> held = new HashSet<>();
    List<ModuleSelection> tried = List.of();
    while (true) {
      List<ModuleSelection> before = encoder.serving();
      List<ModuleSelection> wanted = wanted(before, held);
      if (wanted.equals(before)) {
        break;
      }
      if (wanted.equals(tried)) {
        // Nothing that could be held back helps: what serves stays, and all of it is tried again.
        held.add(ModuleManifest.PIVOT);
        break;
      }
      tried = wanted;
      switch (encoder.serve(wanted, setting.source())) {
        case ModularEncoder.Exchanged exchanged -> report(before, wanted);
        case ModularEncoder.Refused refused -> {
          if (refused.code() == ErrorCode.ENGINE_UNAVAILABLE
              || refused.code() == ErrorCode.OUTPUT_FAILED) {
            failure.complete(
                new IsoglossException(
                    refused.code(), refused.module().name() + ": " + refused.reason()));
            return;
          }
          if (refused.code() == ErrorCode.STORE_UNAVAILABLE) {
            held.add(refused.module().language());
          } else {
            ledger.refuse(refused.module(), refused.code(), refused.reason());
          }
          // What is tried again and fails as before is no news.
          if (reported.put(refused.module().name(), refused.code()) != refused.code()) {
            refuse(refused.module().name(), refused.code(), refused.reason());
          }
        }
      }
    }
    storeDown = !held.isEmpty();
    retrying = storeDown || ledger.mayBeMended();
    if (retrying) {
      retryAtNanos = System.nanoTime() + retry.toNanos();
      Duration doubled = retry.multipliedBy(2);
      Duration longest = storeDown ? LONGEST_RETRY : LONGEST_RETRY_OF_MENDABLE;
      retry = doubled.compareTo(longest) < 0 ? doubled : longest;
    } else {
      retry = FIRST_RETRY;
      reported.clear();
    }
    reportWaiting();
  }

  /**
   * What waits when all records of a reading are known is told as a refusal, once: what it waits
   * for may never come.
   */
  private void reportWaiting() {
    List<ModuleLedger.Waiting> now = ledger.waiting();
    for (ModuleLedger.Waiting each : now) {
      if (!waiting.contains(each)) {
        refuse(each.module().name(), each.code(), each.reason());
      }
    }
    waiting = now;
  }

  /**
   * What the ledger says, save that held languages stay as they are: without the pivot nothing can
   * change, without another language the rest can.
   */
  private List<ModuleSelection> wanted(List<ModuleSelection> serving, Set<String> held) {
    if (held.contains(ModuleManifest.PIVOT)) {
      return serving;
    }
    Map<String, ModuleSelection> now = new HashMap<>();
    serving.forEach(each -> now.put(each.language(), each));
    List<ModuleSelection> wanted = new ArrayList<>();
    for (ModuleSelection due : ledger.effective()) {
      ModuleSelection none = ModuleSelection.none(due.language());
      ModuleSelection selection = due;
      if (held.contains(due.language())) {
        ModuleSelection kept = now.getOrDefault(due.language(), none);
        selection =
            ledger.misfit(kept, ledger.pivot()).isEmpty()
                ? kept
                : new ModuleSelection(due.language(), kept.languageModule(), Optional.empty());
      }
      if (!selection.equals(none)) {
        wanted.add(selection);
      }
    }
    return List.copyOf(wanted);
  }

  private void report(List<ModuleSelection> before, List<ModuleSelection> after) {
    Map<String, ModuleSelection> old = new HashMap<>();
    before.forEach(each -> old.put(each.language(), each));
    Map<String, ModuleSelection> now = new HashMap<>();
    after.forEach(each -> now.put(each.language(), each));
    Set<String> languages = new HashSet<>(old.keySet());
    languages.addAll(now.keySet());
    for (String language : languages.stream().sorted().toList()) {
      ModuleSelection from = old.getOrDefault(language, ModuleSelection.none(language));
      ModuleSelection to = now.getOrDefault(language, ModuleSelection.none(language));
      if (from.equals(to)) {
        continue;
      }
      for (ModuleReference module : to.modules()) {
        if (!from.modules().contains(module)) {
          events.report(ModuleEventKind.LOADED, module.name(), "", module.digest().abbreviated());
        }
      }
      events.report(ModuleEventKind.SWITCHED, language, "", from.text() + " -> " + to.text());
      for (ModuleReference module : from.modules()) {
        if (!to.modules().contains(module)) {
          events.report(ModuleEventKind.EVICTED, module.name(), "", module.digest().abbreviated());
        }
      }
      registry.counter("isogloss.modules.switched", "language", language).increment();
      log.info("{} switched: {} -> {}", language, from.text(), to.text());
      setting.listener().switched(from, to);
    }
  }

  private void refuse(String subject, ErrorCode code, String reason) {
    log.warn("{} is refused: {} {}", subject, code.code(), reason);
    registry.counter("isogloss.modules.refused", "code", code.code()).increment();
    events.report(ModuleEventKind.REFUSED, subject, code.code(), reason);
    setting.listener().refused(subject, code, reason);
  }
}
