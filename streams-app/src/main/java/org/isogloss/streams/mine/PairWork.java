package org.isogloss.streams.mine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.apache.kafka.common.utils.Bytes;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.schemas.codec.VectorBytes;
import org.isogloss.schemas.record.Embedding;

/**
 * The mining of one pair of languages, from the rows in the store to the pairs found. Lists the
 * rows and loads their vectors in slices on the stream thread, then searches on another thread.
 * Nothing of it is persisted: the rows are final, so that a work begun anew finds the same.
 */
final class PairWork implements AutoCloseable {
  /** What became of a slice. */
  sealed interface Outcome {}

  /** There is more to do at once. */
  record Moved() implements Outcome {}

  /** The search is under way. */
  record Waiting() implements Outcome {}

  /** The pairs, best first. */
  record Found(List<FoundPair> pairs) implements Outcome {}

  /** The pair of languages cannot be mined. */
  record Refused(ErrorCode code, String reason) implements Outcome {}

  private final MinerParts parts;
  private final ScopeStores stores;
  private final String scope;
  private final LanguagePair pair;

  private final List<Bytes> sourceKeys = new ArrayList<>();
  private final List<Bytes> targetKeys = new ArrayList<>();
  private Optional<Bytes> nextKey = Optional.empty();
  private boolean listed;

  private final Map<String, Integer> spaces = new TreeMap<>();
  private Optional<PairSearch.Vectors> source = Optional.empty();
  private Optional<PairSearch.Vectors> target = Optional.empty();
  private int loaded;

  private Optional<CompletableFuture<List<PairSearch.RowPair>>> search = Optional.empty();
  private long searchStartNanos;
  private long searchEndNanos;
  private volatile boolean cancelled;

  PairWork(MinerParts parts, ScopeStores stores, String scope, LanguagePair pair) {
    this.parts = parts;
    this.stores = stores;
    this.scope = scope;
    this.pair = pair;
  }

  String scope() {
    return scope;
  }

  /** How long the search took. */
  Duration searchTime() {
    return Duration.ofNanos(searchEndNanos - searchStartNanos);
  }

  Outcome advance(Deadline deadline) {
    if (!listed) {
      list(deadline);
      return new Moved();
    }
    if (search.isPresent()) {
      return look(search.get());
    }
    if (loaded < rows()) {
      load(deadline);
      return new Moved();
    }
    if (spaces.size() > 1) {
      return new Refused(ErrorCode.SPACE_MISMATCH, "vectors by space: " + spaces);
    }
    startSearch();
    return new Moved();
  }

  private int rows() {
    return sourceKeys.size() + targetKeys.size();
  }

  private void list(Deadline deadline) {
    nextKey =
        stores.winners(
            scope,
            nextKey,
            deadline,
            winner -> {
              if (winner.language().equals(pair.source())) {
                sourceKeys.add(winner.rowKey());
              } else if (winner.language().equals(pair.target())) {
                targetKeys.add(winner.rowKey());
              }
            });
    listed = nextKey.isEmpty();
  }

  private void load(Deadline deadline) {
    do {
      boolean ofSource = loaded < sourceKeys.size();
      int row = ofSource ? loaded : loaded - sourceKeys.size();
      Bytes key = ofSource ? sourceKeys.get(row) : targetKeys.get(row);
      Embedding embedding =
          parts
              .embeddings()
              .decode(
                  stores
                      .row(key)
                      .orElseThrow(
                          () -> new IllegalStateException("a row is missing in the store")));
      // A space has one dimension; should two writers disagree, that is a mixture as well.
      spaces.merge(embedding.getSpace() + "/" + embedding.getDimension(), 1, Integer::sum);
      if (spaces.size() == 1) {
        PairSearch.Vectors side = ofSource ? source(embedding) : target(embedding);
        side.put(
            row,
            VectorBytes.decode(
                embedding.getVector(), embedding.getType(), embedding.getDimension()));
      }
      loaded++;
    } while (loaded < rows() && !deadline.isPast());
  }

  private PairSearch.Vectors source(Embedding first) {
    if (source.isEmpty()) {
      source = Optional.of(parts.search().allocate(sourceKeys.size(), first.getDimension()));
    }
    return source.get();
  }

  private PairSearch.Vectors target(Embedding first) {
    if (target.isEmpty()) {
      target = Optional.of(parts.search().allocate(targetKeys.size(), first.getDimension()));
    }
    return target.get();
  }

  private void startSearch() {
    PairSearch.Vectors sources = source.orElseThrow();
    PairSearch.Vectors targets = target.orElseThrow();
    // From here on the searching thread owns the vectors, also where this work is closed early.
    source = Optional.empty();
    target = Optional.empty();
    CompletableFuture<List<PairSearch.RowPair>> result = new CompletableFuture<>();
    searchStartNanos = parts.nanoClock().getAsLong();
    search = Optional.of(result);
    try {
      parts
          .searcher()
          .execute(
              () -> {
                try (sources;
                    targets) {
                  result.complete(parts.search().search(sources, targets, () -> cancelled));
                } catch (Throwable e) {
                  result.completeExceptionally(e);
                }
              });
    } catch (RejectedExecutionException e) {
      // The miner is closing: this work is dropped, and begun anew after the next start.
      sources.close();
      targets.close();
    }
  }

  private Outcome look(CompletableFuture<List<PairSearch.RowPair>> running) {
    if (!running.isDone()) {
      return new Waiting();
    }
    searchEndNanos = parts.nanoClock().getAsLong();
    try {
      return new Found(running.join().stream().map(this::found).toList());
    } catch (CompletionException e) {
      if (e.getCause() instanceof IsoglossException refusal) {
        return new Refused(refusal.code(), refusal.reason());
      }
      throw new IllegalStateException("the search of " + pair + " in " + scope + " failed", e);
    }
  }

  private FoundPair found(PairSearch.RowPair rows) {
    return new FoundPair(
        rows.margin(), rows.cosine(), sourceKeys.get(rows.source()), targetKeys.get(rows.target()));
  }

  @Override
  public void close() {
    cancelled = true;
    source.ifPresent(PairSearch.Vectors::close);
    target.ifPresent(PairSearch.Vectors::close);
  }
}
