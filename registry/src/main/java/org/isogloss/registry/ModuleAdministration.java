package org.isogloss.registry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.ModulePack;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.SerialisedChanges;
import org.isogloss.kafka.SerialisedChanges.Planned;
import org.isogloss.registry.ModuleLedger.Change;
import org.isogloss.registry.ModuleLedger.Version;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.codec.UndecodableRecordException;
import org.isogloss.schemas.codec.UnknownSchemaException;
import org.isogloss.schemas.record.ModuleEvent;
import org.isogloss.schemas.record.ModuleEventKind;
import org.isogloss.schemas.topic.SchemaFollower;
import org.isogloss.schemas.topic.SchemaTopic;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.store.ModuleStore;

/**
 * What a person or a trainer does to modules: publish, activate, roll back, retire. Every change is
 * one record of {@code isogloss.modules} and one event with time, actor and reason.
 *
 * <p>Changes are made one after the other, whoever makes them ({@link SerialisedChanges}). So a
 * number is given once, and the way back names what really served before.
 *
 * <p>For one thread; each call reads the topic anew.
 */
public final class ModuleAdministration implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final String TRANSACTIONAL_ID = "isogloss-modules";

  /** A version's own faults by their code, unlike a store that is down or a number taken. */
  private static final Map<String, ErrorCode> FAULTS =
      Stream.of(
              ErrorCode.BAD_MODULE,
              ErrorCode.BAD_SAFETENSORS,
              ErrorCode.BAD_TOKENIZER,
              ErrorCode.DIGEST_MISMATCH,
              ErrorCode.MODULE_MISSING)
          .collect(Collectors.toUnmodifiableMap(ErrorCode::code, fault -> fault));

  private final String actor;
  private final InstantSource clock;
  private final SchemaFollower schemas;
  private final ModuleTopic topic;
  private final SerialisedChanges changes;
  private final ModuleEvents events;

  /**
   * @throws IsoglossException BROKER_UNREACHABLE
   */
  public ModuleAdministration(KafkaSettings kafka, String actor, InstantSource clock) {
    this.actor = actor;
    this.clock = clock;
    try {
      SchemaTopic.registerOurs(kafka.consumer(), kafka.producer(), TIMEOUT);
      schemas = SchemaFollower.start(kafka.consumer(), TIMEOUT);
      changes = new SerialisedChanges(kafka, Topics.MODULES, TRANSACTIONAL_ID);
    } catch (KafkaException e) {
      throw new IsoglossException(
          ErrorCode.BROKER_UNREACHABLE, "the modules cannot be read: " + e.getMessage(), e);
    }
    topic = new ModuleTopic(schemas);
    events = new ModuleEvents(kafka, clock, "", actor);
  }

  /**
   * What the topic says now, and what workers found of it: what they refused, and none of them has
   * loaded, serves nowhere.
   */
  public ModuleLedger ledger() {
    ModuleLedger ledger = new ModuleLedger();
    changes.read(record -> topic.apply(ledger, record));
    refuseWhatWorkersRefused(ledger);
    return ledger;
  }

  /** The events that are still kept, oldest first. */
  public List<ModuleEvent> events() {
    AvroCodec<ModuleEvent> codec = AvroCodec.of(ModuleEvent.class, schemas);
    List<ModuleEvent> found = new ArrayList<>();
    changes.read(
        Topics.MODULE_EVENTS,
        record -> {
          try {
            found.add(codec.decode(record.value()));
          } catch (UndecodableRecordException | UnknownSchemaException e) {
            // News from another version of ours.
          }
        });
    return List.copyOf(found);
  }

  /**
   * Stores a module's pack and announces it under the next free number; a module that is announced
   * already keeps its name. The caller has checked the module.
   *
   * @throws IsoglossException BAD_MODULE; STORE_UNAVAILABLE; SEND_FAILED
   */
  public ModuleReference publish(Path directory, ModuleStore store) {
    return publish(directory, store, Map.of(), "");
  }

  /**
   * As {@link #publish(Path, ModuleStore)}, with an evaluation attached.
   *
   * @param evaluation scores of the module by metric, as measured before it was published
   * @param reason for the event
   */
  public ModuleReference publish(
      Path directory, ModuleStore store, Map<String, Double> evaluation, String reason) {
    ModuleManifest manifest = ModuleFiles.readManifest(directory);
    try {
      Path folder = Files.createTempDirectory("isogloss-pack-");
      Path pack = folder.resolve("module");
      try {
        Digest digest = ModulePack.pack(directory, pack);
        store.put(digest, pack);
        return announce(manifest, digest, Files.size(pack), evaluation, reason);
      } finally {
        Files.deleteIfExists(pack);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.OUTPUT_FAILED, "the module cannot be packed: " + e.getMessage(), e);
    }
  }

  private ModuleReference announce(
      ModuleManifest manifest,
      Digest digest,
      long bytes,
      Map<String, Double> evaluation,
      String reason) {
    return change(
        ledger -> {
          Optional<Version> known = find(ledger, manifest, digest);
          if (known.isPresent()) {
            return Planned.nothing(known.get().reference());
          }
          ModuleReference reference =
              new ModuleReference(
                  manifest.kind(),
                  manifest.language(),
                  ledger.nextNumber(manifest.kind(), manifest.language()),
                  digest);
          Version version = new Version(reference, manifest, bytes, clock.millis(), evaluation);
          return new Planned<>(
              List.of(topic.announcement(version, actor)),
              reference,
              () ->
                  events.report(
                      ModuleEventKind.PUBLISHED,
                      reference.name(),
                      "",
                      reason.isEmpty()
                          ? digest.abbreviated()
                          : digest.abbreviated() + ": " + reason));
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
   * by its language module alone serves without alignment. What workers refused may be named: they
   * try it again.
   *
   * @param names such as {@code language/de@3}
   * @param withoutAlignment whether languages whose alignment does not fit a new pivot may go on
   *     without one
   * @return what serves from now on, of the languages that changed
   * @throws IsoglossException MODULE_MISSING; MODULE_MISFIT, naming the alignments that want a
   *     replacement; BAD_OPTION where two are of one kind and language
   */
  public List<ModuleSelection> activate(
      List<String> names, boolean withoutAlignment, String reason) {
    return change(
        ledger ->
            activation(
                ledger, named(ledger, names), withoutAlignment, ModuleEventKind.ACTIVATED, reason));
  }

  /**
   * As {@link #activate}, provided that these still serve: for whoever compared with them.
   *
   * @return empty if something else serves one of their languages, and nothing has changed
   */
  public Optional<List<ModuleSelection>> activateInsteadOf(
      List<String> names, List<ModuleSelection> serving, String reason) {
    return change(
        ledger -> {
          if (!serving.stream().allMatch(s -> ledger.effective(s.language()).equals(s))) {
            return Planned.nothing(Optional.empty());
          }
          Planned<List<ModuleSelection>> planned =
              activation(ledger, named(ledger, names), false, ModuleEventKind.ACTIVATED, reason);
          return new Planned<>(planned.records(), Optional.of(planned.result()), planned.written());
        });
  }

  private List<ModuleSelection> named(ModuleLedger ledger, List<String> names) {
    Map<String, ModuleSelection> selections = new LinkedHashMap<>();
    Map<String, String> taken = new HashMap<>();
    for (String name : names) {
      Version version = require(ledger, name);
      ModuleReference reference = version.reference();
      String place = reference.kind().label() + "/" + reference.language();
      String other = taken.putIfAbsent(place, name);
      if (other != null && !other.equals(name)) {
        throw new IsoglossException(
            ErrorCode.BAD_OPTION, "%s and %s cannot serve together".formatted(other, name));
      }
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
   * @throws IsoglossException MODULE_MISSING; MODULE_MISFIT while it serves, or shall serve as soon
   *     as workers can load it
   */
  public void retire(String name, String reason) {
    change(ledger -> retirement(ledger, name, reason));
  }

  private Planned<ModuleReference> retirement(ModuleLedger ledger, String name, String reason) {
    ModuleReference module = require(ledger, name).reference();
    ModuleSelection serving = ledger.effective(module.language());
    if (serving.modules().contains(module)) {
      throw new IsoglossException(
          ErrorCode.MODULE_MISFIT, name + " serves; activate another version first");
    }
    if (ledger
        .requested(module.language())
        .filter(wanted -> wanted.modules().contains(module))
        .isPresent()) {
      throw new IsoglossException(
          ErrorCode.MODULE_MISFIT,
          name
              + " is active, though no worker could load it: it would serve once they can; activate"
              + " another version first");
    }
    return new Planned<>(
        List.of(topic.retirement(name, mark(reason))),
        module,
        () -> events.report(ModuleEventKind.RETIRED, name, "", reason));
  }

  @Override
  public void close() {
    changes.close();
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
      selection.modules().stream()
          .map(ModuleReference::name)
          .filter(ledger::isRetired)
          .findFirst()
          .ifPresent(
              retired -> {
                throw new IsoglossException(ErrorCode.MODULE_MISFIT, retired + " is retired");
              });
      Optional<Change> misfit = ledger.misfitOnceMended(selection, pivot);
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
    return new Planned<>(
        ordered.stream().map(s -> topic.activation(s, before(ledger, s), mark)).toList(),
        List.copyOf(ordered),
        () -> {
          for (ModuleSelection selection : ordered) {
            String what = selection.text();
            events.report(
                kind, selection.language(), "", reason.isEmpty() ? what : what + ": " + reason);
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
   * Brings a ledger to what the workers see. One worker with another backbone or without the store
   * does not speak for those that serve a module; so what a worker holds is no fault, whoever
   * refused it. Events of one module lie in one partition, in their order.
   */
  private void refuseWhatWorkersRefused(ModuleLedger ledger) {
    List<ModuleEvent> events = events();
    Map<String, ModuleEvent> refused = new LinkedHashMap<>();
    for (ModuleEvent event : events) {
      if (event.getEvent() == ModuleEventKind.REFUSED && FAULTS.containsKey(event.getCode())) {
        refused.put(event.getSubject(), event);
      } else if (event.getEvent() == ModuleEventKind.LOADED) {
        refused.remove(event.getSubject());
      }
    }
    LoadedModules.byModule(events, slot -> true)
        .forEach(
            (module, workers) -> {
              if (!workers.isEmpty()) {
                refused.remove(module);
              }
            });
    refused.forEach(
        (name, event) ->
            ledger
                .version(name)
                .ifPresent(
                    version ->
                        ledger.refuse(
                            version.reference(),
                            Objects.requireNonNull(FAULTS.get(event.getCode())),
                            event.getReason())));
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

  /** Reads, plans and writes, with nobody else writing in between. */
  private <T> T change(Function<ModuleLedger, Planned<T>> plan) {
    return changes.change(unused -> plan.apply(ledger()));
  }
}
