package org.isogloss.streams.mine;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.isogloss.error.ErrorCode;
import org.isogloss.schemas.codec.UndecodableRecordException;
import org.isogloss.schemas.codec.UnknownSchemaException;
import org.isogloss.schemas.record.Embedding;
import org.isogloss.schemas.record.Origin;
import org.isogloss.schemas.record.Pair;
import org.isogloss.schemas.record.PairState;
import org.isogloss.schemas.record.ScopeSealed;
import org.isogloss.schemas.record.Seal;
import org.isogloss.schemas.record.View;
import org.isogloss.schemas.topic.HeaderNames;
import org.isogloss.schemas.topic.TextHeaders;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.deadletter.DeadLetter;
import org.isogloss.streams.deadletter.DeadLetters;
import org.isogloss.streams.deadletter.Stage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of the scopes of one partition. What arrives is noted at once; all further work is done
 * by a wall-clock punctuation, in slices. What stands in memory only can be found again in the
 * stores: a task that is closed and opened elsewhere goes on where the last transaction ended.
 */
final class MinerProcessor implements Processor<byte[], byte[], byte[], Outgoing> {
  /** The name of the sink of {@code isogloss.bitext}. */
  static final String BITEXT = "bitext";

  /** The name of the sink of {@code isogloss.dead-letters}. */
  static final String DEAD_LETTERS = "refused";

  private static final Logger log = LoggerFactory.getLogger(MinerProcessor.class);
  private static final Duration BETWEEN_SLICES = Duration.ofMillis(25);

  private final MinerParts parts;
  private final Set<String> busy = new LinkedHashSet<>();
  private final Map<String, Planning> plannings = new HashMap<>();
  private final Map<String, Long> lastArrivalNanos = new HashMap<>();
  private Optional<PairWork> work = Optional.empty();
  private @Nullable ProcessorContext<byte[], Outgoing> context;
  private @Nullable ScopeStores stores;

  MinerProcessor(MinerParts parts) {
    this.parts = parts;
  }

  @Override
  public void init(ProcessorContext<byte[], Outgoing> newContext) {
    context = newContext;
    stores = new ScopeStores(newContext);
    long now = parts.nanoClock().getAsLong();
    stores.eachScope(
        (scope, state) -> {
          if (state.step().isBusy()) {
            busy.add(scope);
          } else if (state.step() == Step.COLLECTING) {
            lastArrivalNanos.put(scope, now);
          }
        });
    newContext.schedule(BETWEEN_SLICES, PunctuationType.WALL_CLOCK_TIME, time -> workASlice());
  }

  @Override
  public void close() {
    dropWork();
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    RecordMetadata from = context().recordMetadata().orElseThrow();
    switch (from.topic()) {
      case Topics.EMBEDDINGS -> embeddingArrived(record, from);
      case Topics.DEAD_LETTERS -> deadLetterArrived(record);
      case Topics.SCOPES -> sealArrived(record, from);
      default -> throw new IllegalStateException("not a topic of the miner: " + from.topic());
    }
  }

  private void embeddingArrived(Record<byte[], byte[]> record, RecordMetadata from) {
    byte[] value = record.value();
    if (value == null) {
      refuse(record, ErrorCode.NULL_VALUE, "an embedding without a value", "", origin(from));
      return;
    }
    Embedding embedding;
    try {
      embedding = parts.embeddings().decode(value);
    } catch (UndecodableRecordException e) {
      refuse(
          record, ErrorCode.UNDECODABLE_RECORD, String.valueOf(e.getMessage()), "", origin(from));
      return;
    } catch (UnknownSchemaException e) {
      refuse(record, ErrorCode.UNKNOWN_SCHEMA, String.valueOf(e.getMessage()), "", origin(from));
      return;
    }
    String scope = embedding.getScope();
    if (scope.isEmpty() || embedding.getView() != View.CROSS_LINGUAL) {
      return;
    }
    Place place = Place.of(embedding.getOrigin());
    ScopeState state = stores().state(scope);
    boolean late = state.seal().isPresent() && !state.seal().get().covers(place);
    if (late || (state.step().isComplete() && !isKnown(state, scope, place))) {
      refuseLate(record, scope, embedding.getOrigin());
      return;
    }
    if (state.step().isComplete() || stores().isKnown(scope, place)) {
      return;
    }
    Optional<String> fault = VectorCheck.fault(embedding);
    if (fault.isPresent()) {
      stores().addWithoutRow(scope, place);
      refuse(record, ErrorCode.DEGENERATE_VECTOR, fault.get(), scope, embedding.getOrigin());
    } else {
      stores().addRow(scope, place, embedding.getLanguage(), embedding.getId(), value);
      parts.meters().row(embedding.getLanguage());
    }
    arrived(scope, state.counting(1, 0));
  }

  private boolean isKnown(ScopeState state, String scope, Place place) {
    // Once its rows are being cleared a scope no longer knows them; what the seal covers was there.
    return switch (state.step()) {
      case CLEARING, DONE -> true;
      case COLLECTING, TRIMMING, AWAITING, PLANNING, MINING -> stores().isKnown(scope, place);
    };
  }

  private void deadLetterArrived(Record<byte[], byte[]> record) {
    Optional<DeadLetter> letter = DeadLetters.read(record.headers());
    if (letter.isEmpty() || letter.get().scope().isEmpty()) {
      return;
    }
    boolean counts =
        switch (letter.get().stage()) {
          case ROUTE, ENCODE -> letter.get().origin().getTopic().equals(Topics.SENTENCES);
          case MINE -> false;
        };
    if (!counts) {
      return;
    }
    String scope = letter.get().scope();
    Place place = Place.of(letter.get().origin());
    ScopeState state = stores().state(scope);
    boolean late = state.seal().isPresent() && !state.seal().get().covers(place);
    if (late || state.step().isComplete() || stores().isKnown(scope, place)) {
      return;
    }
    stores().addDeadLetter(scope, place);
    arrived(scope, state.counting(0, 1));
  }

  private void arrived(String scope, ScopeState state) {
    lastArrivalNanos.remove(scope);
    if (state.step() == Step.COLLECTING) {
      lastArrivalNanos.put(scope, parts.nanoClock().getAsLong());
    }
    keep(scope, planIfReached(state));
  }

  private void sealArrived(Record<byte[], byte[]> record, RecordMetadata from) {
    byte[] key = record.key();
    byte[] value = record.value();
    if (key == null || value == null) {
      return;
    }
    String scope = new String(key, StandardCharsets.UTF_8);
    Seal seal;
    try {
      seal = parts.seals().decode(value);
    } catch (UndecodableRecordException e) {
      refuse(
          record,
          ErrorCode.UNDECODABLE_RECORD,
          String.valueOf(e.getMessage()),
          scope,
          origin(from));
      return;
    } catch (UnknownSchemaException e) {
      refuse(record, ErrorCode.UNKNOWN_SCHEMA, String.valueOf(e.getMessage()), scope, origin(from));
      return;
    }
    if (scope.isEmpty() || !seal.getScope().equals(scope)) {
      refuse(
          record,
          ErrorCode.INCONSISTENT_RECORD,
          "the key of a seal is its scope, and not empty",
          scope,
          origin(from));
      return;
    }
    ScopeState state = stores().state(scope);
    if (state.seal().isPresent()) {
      log.info("scope {} is sealed already; the seal at {} changes nothing", scope, from.offset());
      return;
    }
    lastArrivalNanos.remove(scope);
    keep(scope, state.sealedBy(ScopeSeal.of(seal, from.offset())));
  }

  private static ScopeState planIfReached(ScopeState state) {
    return state.step() == Step.AWAITING && state.reachesCount()
        ? state.with(Step.PLANNING)
        : state;
  }

  private void keep(String scope, ScopeState state) {
    stores().state(scope, state);
    if (state.step().isBusy()) {
      busy.add(scope);
    } else {
      busy.remove(scope);
    }
  }

  private void workASlice() {
    sealIdleScopes();
    Deadline deadline = Deadline.in(parts.options().slice(), parts.nanoClock());
    // However short the slice, something moves.
    boolean moved;
    do {
      moved = false;
      for (String scope : List.copyOf(busy)) {
        if (step(scope, deadline)) {
          moved = true;
          if (deadline.isPast()) {
            return;
          }
        }
      }
    } while (moved);
  }

  /** Does a piece of work for a scope; false where there is nothing to do but wait. */
  private boolean step(String scope, Deadline deadline) {
    ScopeState state = stores().state(scope);
    switch (state.step()) {
      case TRIMMING -> trim(scope, state);
      case PLANNING -> plan(scope, state, deadline);
      case MINING -> {
        return mine(scope, state, deadline);
      }
      case CLEARING -> {
        if (stores().clearSome(scope)) {
          keep(scope, state.with(Step.DONE));
        }
      }
      case COLLECTING, AWAITING, DONE -> busy.remove(scope);
    }
    return true;
  }

  private void trim(String scope, ScopeState state) {
    ScopeStores.TrimResult result = stores().trimSome(scope, state.seal().orElseThrow());
    long embedded = 0;
    for (ScopeStores.Trimmed each : result.trimmed()) {
      embedded += each.embedded() ? 1 : 0;
      if (each.row().isPresent()) {
        byte[] value = each.row().get();
        Embedding embedding = parts.embeddings().decode(value);
        refuseLate(
            new Record<>(
                embedding.getId().getBytes(StandardCharsets.UTF_8),
                value,
                context().currentSystemTimeMs()),
            scope,
            embedding.getOrigin());
      }
    }
    ScopeState trimmed = state.counting(-embedded, embedded - result.trimmed().size());
    keep(scope, result.whole() ? planIfReached(trimmed.with(Step.AWAITING)) : trimmed);
  }

  private void plan(String scope, ScopeState state, Deadline deadline) {
    Planning planning = plannings.computeIfAbsent(scope, key -> new Planning());
    planning.next =
        stores()
            .winners(
                scope,
                planning.next,
                deadline,
                winner -> planning.languages.add(winner.language()));
    if (planning.next.isEmpty()) {
      plannings.remove(scope);
      List<LanguagePair> pairs = parts.options().pairs().choose(planning.languages);
      log.info("scope {} is complete; mining {}", scope, pairs);
      keep(scope, state.with(MiningCursor.over(pairs)).with(Step.MINING));
    }
  }

  private boolean mine(String scope, ScopeState state, Deadline deadline) {
    MiningCursor cursor = state.cursor();
    if (cursor.isFinished()) {
      announce(scope, state);
      keep(scope, state.with(Step.CLEARING));
      return true;
    }
    if (!cursor.isMined()) {
      return search(scope, state, deadline);
    }
    MiningCursor next = cursor.written() < cursor.chunks() ? write(scope, cursor) : cursor.done();
    keep(scope, state.with(next));
    return true;
  }

  private boolean search(String scope, ScopeState state, Deadline deadline) {
    LanguagePair pair = state.cursor().current();
    if (work.isEmpty()) {
      if (!parts.slot().tryAcquire()) {
        return false;
      }
      work = Optional.of(new PairWork(parts, stores(), scope, pair));
    }
    PairWork current = work.get();
    if (!current.scope().equals(scope)) {
      return false;
    }
    return switch (current.advance(deadline)) {
      case PairWork.Moved() -> true;
      case PairWork.Waiting() -> false;
      case PairWork.Found(List<FoundPair> pairs) -> {
        List<byte[]> chunks = FoundPair.toChunks(pairs);
        stores().results(scope, state.cursor().next(), chunks);
        keep(scope, state.with(state.cursor().found(chunks.size())));
        parts.meters().searched(pair, current.searchTime());
        dropWork();
        yield true;
      }
      case PairWork.Refused(ErrorCode code, String reason) -> {
        Seal seal = state.seal().orElseThrow().record(scope);
        refuse(
            new Record<>(
                scope.getBytes(StandardCharsets.UTF_8),
                parts.seals().encode(seal),
                context().currentSystemTimeMs()),
            code,
            pair + ": " + reason,
            scope,
            new Origin(Topics.SCOPES, context().taskId().partition(), state.seal().get().offset()));
        keep(scope, state.with(state.cursor().refused()));
        dropWork();
        yield true;
      }
    };
  }

  private void dropWork() {
    if (work.isPresent()) {
      work.get().close();
      work = Optional.empty();
      parts.slot().release();
    }
  }

  private MiningCursor write(String scope, MiningCursor cursor) {
    LanguagePair languages = cursor.current();
    byte[] chunk = stores().takeResult(scope, cursor.next(), cursor.written());
    List<FoundPair> found = FoundPair.fromChunk(chunk);
    long time = context().currentSystemTimeMs();
    for (FoundPair each : found) {
      Embedding source = row(each.source());
      Embedding target = row(each.target());
      Pair pair = pair(each, source, target);
      Headers headers = new RecordHeaders();
      TextHeaders.put(headers, HeaderNames.LANGUAGE, languages.toString());
      TextHeaders.put(headers, HeaderNames.SPACE, source.getSpace());
      context()
          .forward(
              new Record<>(
                  new BitextKey.OfPair(scope, source.getId(), target.getId()).bytes(),
                  new Outgoing(scope, parts.pairs().encode(pair)),
                  time,
                  headers),
              BITEXT);
    }
    parts.meters().pairs(languages, found.size());
    return cursor.wrote(found.size());
  }

  private Embedding row(Bytes key) {
    return parts
        .embeddings()
        .decode(
            stores()
                .row(key)
                .orElseThrow(() -> new IllegalStateException("a row is missing in the store")));
  }

  private static Pair pair(FoundPair found, Embedding source, Embedding target) {
    return Pair.newBuilder()
        .setScope(source.getScope())
        .setSourceId(source.getId())
        .setTargetId(target.getId())
        .setSourceLanguage(source.getLanguage())
        .setTargetLanguage(target.getLanguage())
        .setSourceText(source.getText())
        .setTargetText(target.getText())
        .setMargin(found.margin())
        .setCosine(found.cosine())
        .setState(PairState.CONFIRMED)
        .setSpace(source.getSpace())
        .setSourceLanguageModule(source.getLanguageModule().orElse(null))
        .setSourceAlignmentModule(source.getAlignmentModule().orElse(null))
        .setTargetLanguageModule(target.getLanguageModule().orElse(null))
        .setTargetAlignmentModule(target.getAlignmentModule().orElse(null))
        .build();
  }

  private void announce(String scope, ScopeState state) {
    MiningCursor cursor = state.cursor();
    ScopeSealed sealed =
        ScopeSealed.newBuilder()
            .setScope(scope)
            .setSentences(state.seal().orElseThrow().count())
            .setEmbedded(state.embedded())
            .setDeadLetters(state.deadLetters())
            .setPairs(cursor.pairs())
            .setLanguagePairs(cursor.mined().stream().map(LanguagePair::toString).toList())
            .build();
    context()
        .forward(
            new Record<>(
                new BitextKey.OfSealed(scope).bytes(),
                new Outgoing(scope, parts.sealed().encode(sealed)),
                context().currentSystemTimeMs(),
                new RecordHeaders()),
            BITEXT);
    parts.meters().sealed();
    log.info("scope {} is sealed: {} pairs of {}", scope, cursor.pairs(), cursor.mined());
  }

  private void sealIdleScopes() {
    if (parts.options().idleSeal().isEmpty()) {
      return;
    }
    long idleNanos = parts.options().idleSeal().get().toNanos();
    long now = parts.nanoClock().getAsLong();
    for (Map.Entry<String, Long> each : lastArrivalNanos.entrySet()) {
      if (now - each.getValue() >= idleNanos) {
        // Asked again after as long a time, should the seal not come: sealing may fail.
        each.setValue(now);
        log.info(
            "scope {} is idle for {} s; sealing it",
            each.getKey(),
            TimeUnit.NANOSECONDS.toSeconds(idleNanos));
        parts.idleSealer().accept(each.getKey());
      }
    }
  }

  private void refuseLate(Record<byte[], byte[]> record, String scope, Origin origin) {
    refuse(
        record,
        ErrorCode.SCOPE_SEALED,
        "the scope " + scope + " was sealed before this sentence",
        scope,
        origin);
  }

  private void refuse(
      Record<byte[], byte[]> record, ErrorCode code, String message, String scope, Origin origin) {
    Headers headers = new RecordHeaders();
    DeadLetters.write(new DeadLetter(Stage.MINE, code.code(), message, scope, origin), headers);
    context()
        .forward(
            new Record<>(
                record.key(), new Outgoing(scope, record.value()), record.timestamp(), headers),
            DEAD_LETTERS);
    parts.meters().refused(code);
    log.debug("{} {}: {}", code.code(), origin, message);
  }

  private static Origin origin(RecordMetadata from) {
    return new Origin(from.topic(), from.partition(), from.offset());
  }

  private ProcessorContext<byte[], Outgoing> context() {
    if (context == null) {
      throw new IllegalStateException("not initialised");
    }
    return context;
  }

  private ScopeStores stores() {
    if (stores == null) {
      throw new IllegalStateException("not initialised");
    }
    return stores;
  }

  /** The languages of a scope, as far as they have been looked through. */
  private static final class Planning {
    final TreeSet<String> languages = new TreeSet<>();
    Optional<Bytes> next = Optional.empty();
  }
}
