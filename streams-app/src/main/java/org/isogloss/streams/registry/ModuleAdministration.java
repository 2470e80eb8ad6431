package org.isogloss.streams.registry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.ModulePack;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.codec.UndecodableRecordException;
import org.isogloss.schemas.codec.UnknownSchemaException;
import org.isogloss.schemas.record.ModuleEvent;
import org.isogloss.schemas.record.ModuleEventKind;
import org.isogloss.schemas.topic.SchemaFollower;
import org.isogloss.schemas.topic.SchemaTopic;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.store.ModuleStore;
import org.isogloss.streams.kafka.CommittedRecords;
import org.isogloss.streams.kafka.KafkaSettings;
import org.isogloss.streams.registry.ModuleLedger.Change;
import org.isogloss.streams.registry.ModuleLedger.Version;

/**
 * What a person does to modules: publish, activate, roll back, retire. Every change is one record
 * of {@code isogloss.modules} and one event with time, actor and reason.
 *
 * <p>Changes are made one after the other, whoever makes them: all administrations share one
 * transactional id, so whoever began to read after us has fenced us, and what we wanted to write is
 * not written but thought over again on what the topic says then. So a number is given once, and
 * the way back names what really served before.
 *
 * <p>For one thread; each call reads the topic anew.
 */
public final class ModuleAdministration implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int ATTEMPTS = 10;
  private static final int TRANSACTION_TIMEOUT_MILLIS = 15_000;
  private static final long VISIBLE_POLL_MILLIS = 5;
  private static final String TRANSACTIONAL_ID = "isogloss-modules";

  /** Codes of a version's own faults, unlike a store that is down or a number taken. */
  private static final Set<String> FAULTS =
      Stream.of(
              ErrorCode.BAD_MODULE,
              ErrorCode.BAD_SAFETENSORS,
              ErrorCode.BAD_TOKENIZER,
              ErrorCode.DIGEST_MISMATCH,
              ErrorCode.MODULE_MISSING)
          .map(ErrorCode::code)
          .collect(Collectors.toUnmodifiableSet());

  private final KafkaSettings kafka;
  private final String actor;
  private final InstantSource clock;
  private final SchemaFollower schemas;
  private final ModuleTopic topic;
  private final Consumer<byte[], byte[]> consumer;
  private Optional<Producer<byte[], byte[]>> producer = Optional.empty();
  private final ModuleEvents events;

  /**
   * @throws IsoglossException BROKER_UNREACHABLE
   */
  public ModuleAdministration(KafkaSettings kafka, String actor, InstantSource clock) {
    this.kafka = kafka;
    this.actor = actor;
    this.clock = clock;
    try {
      SchemaTopic.registerOurs(kafka.consumer(), kafka.producer(), TIMEOUT);
      schemas = SchemaFollower.start(kafka.consumer(), TIMEOUT);
      consumer = new KafkaConsumer<>(kafka.consumer());
    } catch (KafkaException e) {
      throw new IsoglossException(
          ErrorCode.BROKER_UNREACHABLE, "the modules cannot be read: " + e.getMessage(), e);
    }
    topic = new ModuleTopic(schemas);
    events = new ModuleEvents(kafka, clock, "", actor);
  }

  /** What the topic says now. */
  public ModuleLedger ledger() {
    ModuleLedger ledger = new ModuleLedger();
    new CommittedRecords(consumer, CommittedRecords.partitionsOf(consumer, Topics.MODULES))
        .forEach(record -> topic.apply(ledger, record), CommittedRecords.Progress.NONE);
    return ledger;
  }

  /** The events that are still kept, oldest first. */
  public List<ModuleEvent> events() {
    AvroCodec<ModuleEvent> codec = AvroCodec.of(ModuleEvent.class, schemas);
    List<ModuleEvent> found = new ArrayList<>();
    new CommittedRecords(consumer, CommittedRecords.partitionsOf(consumer, Topics.MODULE_EVENTS))
        .forEach(
            record -> {
              try {
                found.add(codec.decode(record.value()));
              } catch (UndecodableRecordException | UnknownSchemaException e) {
                // News from another version of ours.
              }
            },
            CommittedRecords.Progress.NONE);
    return List.copyOf(found);
  }

  /** Which workers have loaded each module, by the module's name. */
  public static Map<String, List<String>> loadedBy(List<ModuleEvent> events) {
    Map<String, Map<String, Boolean>> loaded = new TreeMap<>();
    for (ModuleEvent event : events) {
      if (event.getEvent() == ModuleEventKind.LOADED
          || event.getEvent() == ModuleEventKind.EVICTED) {
        loaded
            .computeIfAbsent(event.getSubject(), name -> new TreeMap<>())
            .put(event.getWorker(), event.getEvent() == ModuleEventKind.LOADED);
      }
    }
    Map<String, List<String>> workers = new TreeMap<>();
    loaded.forEach(
        (name, of) ->
            workers.put(
                name,
                of.entrySet().stream()
                    .filter(Map.Entry::getValue)
                    .map(Map.Entry::getKey)
                    .toList()));
    return workers;
  }

  /**
   * Stores a module's pack and announces it under the next free number; a module that is announced
   * already keeps its name. The caller has checked the module.
   *
   * @throws IsoglossException BAD_MODULE; STORE_UNAVAILABLE; SEND_FAILED
   */
  public ModuleReference publish(Path directory, ModuleStore store) {
    ModuleManifest manifest = ModuleFiles.readManifest(directory);
    try {
      Path folder = Files.createTempDirectory("isogloss-pack-");
      Path pack = folder.resolve("module");
      try {
        Digest digest = ModulePack.pack(directory, pack);
        store.put(digest, pack);
        return announce(manifest, digest, Files.size(pack));
      } finally {
        Files.deleteIfExists(pack);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.OUTPUT_FAILED, "the module cannot be packed: " + e.getMessage(), e);
    }
  }

  private ModuleReference announce(ModuleManifest manifest, Digest digest, long bytes) {
    return change(
        ledger -> {
          Optional<Version> known = find(ledger, manifest, digest);
          if (known.isPresent()) {
            return new Planned<>(List.of(), known.get().reference(), () -> {});
          }
          ModuleReference reference =
              new ModuleReference(
                  manifest.kind(),
                  manifest.language(),
                  ledger.nextNumber(manifest.kind(), manifest.language()),
                  digest);
          Version version = new Version(reference, manifest, bytes, clock.millis());
          return new Planned<>(
              List.of(topic.announcement(version, actor)),
              reference,
              () ->
                  events.report(
                      ModuleEventKind.PUBLISHED, reference.name(), "", digest.abbreviated()));
        });
  }

  private static Optional<Version> find(
      ModuleLedger ledger, ModuleManifest manifest, Digest digest) {
    return ledger.versions().stream()
        .filter(
            version ->
                version.reference().kind() == manifest.kind()
                    && version.reference().language().equals(manifest.language())
                    && version.reference().digest().equals(digest))
        .findFirst();
  }

  /**
   * Makes these modules serve, each language's together and all in one step. A language named by
   * its alignment alone serves with the language module that the alignment was made for; one named
   * by its language module alone serves without alignment.
   *
   * @param names such as {@code language/de@3}
   * @param withoutAlignment whether languages whose alignment does not fit a new pivot may go on
   *     without one
   * @return what serves from now on, of the languages that changed
   * @throws IsoglossException MODULE_MISSING; MODULE_MISFIT, naming the alignments that want a
   *     replacement; BAD_OPTION
   */
  public List<ModuleSelection> activate(
      List<String> names, boolean withoutAlignment, String reason) {
    return change(
        ledger ->
            activation(
                ledger, named(ledger, names), withoutAlignment, ModuleEventKind.ACTIVATED, reason));
  }

  private List<ModuleSelection> named(ModuleLedger ledger, List<String> names) {
    Map<String, ModuleSelection> selections = new LinkedHashMap<>();
    for (String name : names) {
      Version version = require(ledger, name);
      ModuleReference reference = version.reference();
      ModuleSelection so =
          selections.getOrDefault(reference.language(), ModuleSelection.none(reference.language()));
      selections.put(
          reference.language(),
          switch (reference.kind()) {
            case LANGUAGE ->
                new ModuleSelection(
                    reference.language(), Optional.of(reference), so.alignmentModule());
            case ALIGNMENT ->
                new ModuleSelection(
                    reference.language(),
                    so.languageModule().or(() -> madeFor(ledger, version)),
                    Optional.of(reference));
          });
    }
    return List.copyOf(selections.values());
  }

  /**
   * Brings back what served before the latest activation of a language. Rolling back the pivot
   * brings back the alignments that were made for it, where they are what served before.
   */
  public List<ModuleSelection> rollback(String language, boolean withoutAlignment, String reason) {
    return change(
        ledger ->
            activation(
                ledger,
                wayBack(ledger, language),
                withoutAlignment,
                ModuleEventKind.ROLLED_BACK,
                reason));
  }

  private static List<ModuleSelection> wayBack(ModuleLedger ledger, String language) {
    ModuleSelection before =
        ledger
            .before(language)
            .orElseThrow(
                () ->
                    new IsoglossException(
                        ErrorCode.MODULE_MISSING, "nothing was ever activated for " + language));
    List<ModuleSelection> selections = new ArrayList<>(List.of(before));
    if (language.equals(ModuleManifest.PIVOT)) {
      Optional<Digest> pivot = before.languageModule().map(ModuleReference::digest);
      for (ModuleSelection dependent : ledger.alignmentsNotFor(pivot)) {
        ledger
            .before(dependent.language())
            .filter(old -> ledger.misfit(old, pivot).isEmpty())
            .ifPresent(selections::add);
      }
    }
    return List.copyOf(selections);
  }

  /**
   * Marks a version as not to be activated again.
   *
   * @throws IsoglossException MODULE_MISSING; MODULE_MISFIT while it serves
   */
  public void retire(String name, String reason) {
    change(ledger -> retirement(ledger, name, reason));
  }

  private Planned<ModuleReference> retirement(ModuleLedger ledger, String name, String reason) {
    ModuleReference module = require(ledger, name).reference();
    ModuleSelection serving = ledger.effective(module.language());
    if (serving.languageModule().equals(Optional.of(module))
        || serving.alignmentModule().equals(Optional.of(module))) {
      throw new IsoglossException(
          ErrorCode.MODULE_MISFIT, name + " serves; activate another version first");
    }
    return new Planned<>(
        List.of(topic.retirement(name, mark(reason))),
        module,
        () -> events.report(ModuleEventKind.RETIRED, name, "", reason));
  }

  @Override
  public void close() {
    giveUpProducer();
    consumer.close();
    events.close();
    schemas.close();
  }

  private Planned<List<ModuleSelection>> activation(
      ModuleLedger ledger,
      List<ModuleSelection> selections,
      boolean withoutAlignment,
      ModuleEventKind kind,
      String reason) {
    Optional<Digest> pivot =
        selections.stream()
            .filter(s -> s.language().equals(ModuleManifest.PIVOT))
            .findFirst()
            .map(s -> s.languageModule().map(ModuleReference::digest))
            .orElse(ledger.pivot());
    for (ModuleSelection selection : selections) {
      Stream.of(selection.languageModule(), selection.alignmentModule())
          .flatMap(Optional::stream)
          .map(ModuleReference::name)
          .filter(ledger::isRetired)
          .findFirst()
          .ifPresent(
              retired -> {
                throw new IsoglossException(ErrorCode.MODULE_MISFIT, retired + " is retired");
              });
      Optional<Change> misfit = ledger.misfit(selection, pivot);
      if (misfit.isPresent()) {
        throw new IsoglossException(
            ErrorCode.MODULE_MISFIT,
            switch (misfit.get()) {
              case ModuleLedger.Waiting waiting -> waiting.reason();
              case ModuleLedger.Refused refused -> refused.reason();
              case ModuleLedger.Announced announced -> announced.toString();
              case ModuleLedger.Switched switched -> switched.toString();
            });
      }
    }
    List<String> named = selections.stream().map(ModuleSelection::language).toList();
    List<String> orphans =
        ledger.alignmentsNotFor(pivot).stream()
            .filter(s -> !named.contains(s.language()))
            .map(s -> s.alignmentModule().orElseThrow().name())
            .toList();
    if (!orphans.isEmpty() && !withoutAlignment) {
      throw new IsoglossException(
          ErrorCode.MODULE_MISFIT,
          "these alignments were made for another pivot: %s. Name their replacements in the same"
                  .formatted(String.join(", ", orphans))
              + " command, or let these languages serve without alignment");
    }
    // The pivot last: when it comes, everything switches in one step.
    List<ModuleSelection> ordered = new ArrayList<>(selections);
    ordered.sort(
        (a, b) ->
            Boolean.compare(
                a.language().equals(ModuleManifest.PIVOT),
                b.language().equals(ModuleManifest.PIVOT)));
    Mark mark = mark(reason);
    refuseWhatWorkersRefused(ledger);
    return new Planned<>(
        ordered.stream().map(s -> topic.activation(s, before(ledger, s), mark)).toList(),
        List.copyOf(ordered),
        () -> {
          for (ModuleSelection selection : ordered) {
            events.report(kind, selection.language(), "", selection.text() + ": " + reason);
          }
        });
  }

  /** The way back from a selection: repeating an activation must not lose it. */
  private static ModuleSelection before(ModuleLedger ledger, ModuleSelection selection) {
    ModuleSelection serving = ledger.effective(selection.language());
    return serving.equals(selection)
        ? ledger.before(selection.language()).orElse(ModuleSelection.none(selection.language()))
        : serving;
  }

  /**
   * Brings a ledger to what the workers see: what they refused serves nowhere, unless one of them
   * has loaded it since. Events of one module lie in one partition, in their order.
   */
  private void refuseWhatWorkersRefused(ModuleLedger ledger) {
    Map<String, ModuleEvent> refused = new LinkedHashMap<>();
    for (ModuleEvent event : events()) {
      if (event.getEvent() == ModuleEventKind.REFUSED && FAULTS.contains(event.getCode())) {
        refused.put(event.getSubject(), event);
      } else if (event.getEvent() == ModuleEventKind.LOADED) {
        refused.remove(event.getSubject());
      }
    }
    refused.forEach(
        (name, event) ->
            ledger
                .version(name)
                .ifPresent(
                    version ->
                        ledger.refuse(
                            version.reference(), ErrorCode.BAD_MODULE, event.getReason())));
  }

  private static Optional<ModuleReference> madeFor(ModuleLedger ledger, Version alignment) {
    if (!(alignment.manifest() instanceof ModuleManifest.Alignment manifest)) {
      throw new IllegalArgumentException("no alignment: " + alignment.reference().name());
    }
    return manifest
        .languageModule()
        .map(
            digest ->
                ledger.versions().stream()
                    .map(Version::reference)
                    .filter(r -> r.digest().equals(digest))
                    .findFirst()
                    .orElseThrow(
                        () ->
                            new IsoglossException(
                                ErrorCode.MODULE_MISSING,
                                "%s was made for the language module %s, which nobody published"
                                    .formatted(
                                        alignment.reference().name(), digest.abbreviated()))));
  }

  private static Version require(ModuleLedger ledger, String name) {
    return ledger
        .version(name)
        .orElseThrow(
            () ->
                new IsoglossException(
                    ErrorCode.MODULE_MISSING,
                    "there is no %s; see `isogloss modules list`".formatted(name)));
  }

  private Mark mark(String reason) {
    return new Mark(actor, clock.millis(), reason);
  }

  /**
   * What is to be written after a look at the topic.
   *
   * @param written what to do when it is
   */
  private record Planned<T>(
      List<ProducerRecord<byte[], byte[]>> records, T result, Runnable written) {}

  /** Reads, plans and writes, with nobody else writing in between. */
  private <T> T change(Function<ModuleLedger, Planned<T>> plan) {
    try {
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        Producer<byte[], byte[]> writer = initialised();
        Planned<T> planned = plan.apply(ledger());
        if (planned.records().isEmpty()) {
          return planned.result();
        }
        try {
          writer.beginTransaction();
          List<Future<RecordMetadata>> sent = planned.records().stream().map(writer::send).toList();
          writer.commitTransaction();
          awaitVisible(sent.getLast());
          planned.written().run();
          return planned.result();
        } catch (ProducerFencedException | InvalidProducerEpochException e) {
          giveUpProducer();
        }
      }
    } catch (KafkaException e) {
      giveUpProducer();
      throw new IsoglossException(
          ErrorCode.SEND_FAILED, Topics.MODULES + " was not written: " + e.getMessage(), e);
    }
    throw new IsoglossException(
        ErrorCode.MODULE_CONFLICT, "others keep changing modules at the same time; try again");
  }

  /** A commit returns a little before readers of what is committed see it; we are one of them. */
  private void awaitVisible(Future<RecordMetadata> written) {
    TopicPartition partition = new TopicPartition(Topics.MODULES, 0);
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    try {
      long offset = written.get().offset();
      while (consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L) <= offset) {
        if (System.nanoTime() - deadline > 0) {
          throw new IsoglossException(
              ErrorCode.TIMED_OUT, Topics.MODULES + " was written, but cannot be read yet");
        }
        Thread.sleep(VISIBLE_POLL_MILLIS);
      }
    } catch (ExecutionException e) {
      throw new KafkaException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IsoglossException(ErrorCode.SEND_FAILED, "interrupted while writing", e);
    }
  }

  private Producer<byte[], byte[]> initialised() {
    if (producer.isEmpty()) {
      Map<String, Object> properties = kafka.producer(TRANSACTIONAL_ID);
      properties.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MILLIS);
      producer = Optional.of(new KafkaProducer<>(properties));
      producer.get().initTransactions();
    }
    return producer.get();
  }

  private void giveUpProducer() {
    producer.ifPresent(old -> old.close(Duration.ZERO));
    producer = Optional.empty();
  }
}
