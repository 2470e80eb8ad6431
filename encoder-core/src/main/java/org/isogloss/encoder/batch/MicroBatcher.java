package org.isogloss.encoder.batch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Cuts micro-batches out of waiting sentences.
 *
 * <p>The contract:
 *
 * <ul>
 *   <li>The oldest {@code lookAhead} sentences are the look-ahead; a micro-batch is cut from them
 *       alone.
 *   <li>A micro-batch is due when the look-ahead holds a full budget or is itself full, when the
 *       oldest sentence has waited for the linger, or while flushing.
 *   <li>Every micro-batch holds the oldest sentence, and its neighbours in length as far as the
 *       budget reaches, the nearer ones first: so rows are alike in length and padding is small.
 *       Since the oldest always goes, a sentence is passed over by fewer than {@code lookAhead}
 *       micro-batches, and nothing starves.
 *   <li>An engine that pads takes neighbours of any language. One that does not takes those of the
 *       oldest's language first, for what it pays for is the number of languages whose own tensors
 *       a micro-batch runs through. Then come the languages that fit whole, the largest first; so
 *       rare languages share a micro-batch and frequent ones have theirs. Part of a language joins
 *       only a micro-batch that is less than half full.
 *   <li>The cost never exceeds the budget, unless a single sentence does: that goes alone.
 * </ul>
 *
 * <p>Deterministic: the same calls at the same times give the same micro-batches. O(log lookAhead)
 * a sentence, O(languages) a micro-batch. Not thread-safe; it has no thread and no clock but the
 * one given.
 */
public final class MicroBatcher<T> {
  private record Waiting<T>(
      T item, String language, int tokens, long sequence, long arrivalNanos) {}

  private static final Comparator<Waiting<?>> BY_LENGTH =
      Comparator.<Waiting<?>>comparingInt(Waiting::tokens).thenComparingLong(Waiting::sequence);
  private static final Comparator<Waiting<?>> BY_LANGUAGE =
      Comparator.<Waiting<?>, String>comparing(Waiting::language).thenComparing(BY_LENGTH);

  private final BatchPolicy policy;
  private final LongSupplier nanoClock;

  /** Sentences of the look-ahead whose neighbours in length go together. */
  private static final class Pool<T> {
    final TreeSet<Waiting<T>> byLength = new TreeSet<>(BY_LENGTH);
    long tokens;
  }

  /** A micro-batch in the making. */
  private static final class Cut<T> {
    final List<Waiting<T>> chosen = new ArrayList<>();
    int longest;
    long tokens;

    void take(Waiting<T> waiting) {
      chosen.add(waiting);
      longest = Math.max(longest, waiting.tokens());
      tokens += waiting.tokens();
    }
  }

  private static final String ANY_LANGUAGE = "";

  /** By language; one of any language if the engine pads. */
  private final SortedMap<String, Pool<T>> pools = new TreeMap<>();

  private final TreeSet<Waiting<T>> byAge =
      new TreeSet<>(Comparator.comparingLong(Waiting::sequence));
  private final Deque<Waiting<T>> beyond = new ArrayDeque<>();
  private long sequence;
  private long lookAheadTokens;
  private long beyondTokens;

  /**
   * @param nanoClock monotonic, such as {@link System#nanoTime}
   */
  public MicroBatcher(BatchPolicy policy, LongSupplier nanoClock) {
    this.policy = policy;
    this.nanoClock = nanoClock;
  }

  /**
   * @param tokens of the sentence, special tokens included, at least 1
   */
  public void add(T item, String language, int tokens) {
    if (tokens < 1) {
      throw new IllegalArgumentException("tokens " + tokens);
    }
    Waiting<T> waiting = new Waiting<>(item, language, tokens, sequence++, nanoClock.getAsLong());
    if (byAge.size() < policy.lookAhead() && beyond.isEmpty()) {
      enter(waiting);
    } else {
      beyond.addLast(waiting);
      beyondTokens += tokens;
    }
  }

  /** The next micro-batch, if one is due. */
  public Optional<MicroBatch<T>> next() {
    return isDue() ? Optional.of(cut()) : Optional.empty();
  }

  /** The next micro-batch of whatever waits; empty only if nothing does. */
  public Optional<MicroBatch<T>> flush() {
    return byAge.isEmpty() ? Optional.empty() : Optional.of(cut());
  }

  /**
   * How long until a micro-batch is due if nothing is added: 0 if one is due now, empty if nothing
   * waits.
   */
  public OptionalLong nanosUntilNext() {
    if (byAge.isEmpty()) {
      return OptionalLong.empty();
    }
    if (isDue()) {
      return OptionalLong.of(0);
    }
    long waited = nanoClock.getAsLong() - byAge.first().arrivalNanos();
    return OptionalLong.of(Math.max(0, policy.linger().toNanos() - waited));
  }

  public int waitingSentences() {
    return byAge.size() + beyond.size();
  }

  public long waitingTokens() {
    return lookAheadTokens + beyondTokens;
  }

  private boolean isDue() {
    if (byAge.isEmpty()) {
      return false;
    }
    return lookAheadTokens >= policy.tokenBudget()
        || byAge.size() >= policy.lookAhead()
        || nanoClock.getAsLong() - byAge.first().arrivalNanos() >= policy.linger().toNanos();
  }

  private MicroBatch<T> cut() {
    Cut<T> cut = new Cut<>();
    Waiting<T> anchor = byAge.first();
    cut.take(anchor);
    takeNeighbours(cut, pool(anchor), anchor);
    remove(cut.chosen, 0);
    for (Optional<Pool<T>> mates = mates(cut); mates.isPresent(); mates = mates(cut)) {
      int from = cut.chosen.size();
      Waiting<T> first = nearest(mates.get(), cut.longest);
      cut.take(first);
      takeNeighbours(cut, mates.get(), first);
      remove(cut.chosen, from);
    }
    while (byAge.size() < policy.lookAhead() && !beyond.isEmpty()) {
      Waiting<T> waiting = beyond.removeFirst();
      beyondTokens -= waiting.tokens();
      enter(waiting);
    }
    cut.chosen.sort(BY_LANGUAGE);
    return new MicroBatch<>(
        cut.chosen.stream().map(Waiting::item).toList(), cut.tokens, cut.longest);
  }

  /** Neighbours of a chosen sentence within its pool, nearer ones first, as far as they fit. */
  private void takeNeighbours(Cut<T> cut, Pool<T> pool, Waiting<T> anchor) {
    @Nullable Waiting<T> shorter = pool.byLength.lower(anchor);
    @Nullable Waiting<T> longer = pool.byLength.higher(anchor);
    while (true) {
      boolean shorterFits = shorter != null && fits(cut, shorter);
      boolean longerFits = longer != null && fits(cut, longer);
      boolean takeLonger =
          longerFits
              && (!shorterFits
                  || shorter == null
                  || longer.tokens() - anchor.tokens() <= anchor.tokens() - shorter.tokens());
      if (takeLonger && longer != null) {
        cut.take(longer);
        longer = pool.byLength.higher(longer);
      } else if (shorterFits && shorter != null) {
        cut.take(shorter);
        shorter = pool.byLength.lower(shorter);
      } else {
        return;
      }
    }
  }

  /** The pool that joins next, if one should: its nearest sentence fits then. */
  private Optional<Pool<T>> mates(Cut<T> cut) {
    if (policy.cost() == BatchCost.PADDED) {
      return Optional.empty();
    }
    long left = policy.tokenBudget() - cut.tokens;
    @Nullable Pool<T> whole = null;
    @Nullable Pool<T> part = null;
    for (Pool<T> pool : pools.values()) {
      if (pool.tokens <= left && (whole == null || pool.tokens > whole.tokens)) {
        whole = pool;
      }
      if (nearest(pool, cut.longest).tokens() <= left
          && (part == null || pool.tokens > part.tokens)) {
        part = pool;
      }
    }
    return Optional.ofNullable(whole != null || 2 * left <= policy.tokenBudget() ? whole : part);
  }

  /** The longest sentence that makes the micro-batch no longer, or the shortest of all. */
  private static <T> Waiting<T> nearest(Pool<T> pool, int longest) {
    Waiting<T> shortest = pool.byLength.first();
    Waiting<T> last =
        new Waiting<>(shortest.item(), shortest.language(), longest, Long.MAX_VALUE, 0);
    @Nullable Waiting<T> found = pool.byLength.floor(last);
    return found == null ? shortest : found;
  }

  private Pool<T> pool(Waiting<T> waiting) {
    return pools.computeIfAbsent(key(waiting), language -> new Pool<>());
  }

  private String key(Waiting<T> waiting) {
    return policy.cost() == BatchCost.PADDED ? ANY_LANGUAGE : waiting.language();
  }

  private void remove(List<Waiting<T>> chosen, int from) {
    for (Waiting<T> waiting : chosen.subList(from, chosen.size())) {
      Pool<T> pool = pool(waiting);
      pool.byLength.remove(waiting);
      pool.tokens -= waiting.tokens();
      if (pool.byLength.isEmpty()) {
        pools.remove(key(waiting));
      }
      byAge.remove(waiting);
      lookAheadTokens -= waiting.tokens();
    }
  }

  private boolean fits(Cut<T> cut, Waiting<T> next) {
    long cost =
        policy
            .cost()
            .of(
                cut.chosen.size() + 1,
                Math.max(cut.longest, next.tokens()),
                cut.tokens + next.tokens());
    return cost <= policy.tokenBudget();
  }

  private void enter(Waiting<T> waiting) {
    Pool<T> pool = pool(waiting);
    pool.byLength.add(waiting);
    pool.tokens += waiting.tokens();
    byAge.add(waiting);
    lookAheadTokens += waiting.tokens();
  }
}
