package org.isogloss.encoder.batch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
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
 *   <li>The cost never exceeds the budget, unless a single sentence does: that goes alone.
 * </ul>
 *
 * <p>Deterministic: the same calls at the same times give the same micro-batches. O(log lookAhead)
 * a sentence. Not thread-safe; it has no thread and no clock but the one given.
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

  private final TreeSet<Waiting<T>> byLength = new TreeSet<>(BY_LENGTH);
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
    Waiting<T> anchor = byAge.first();
    List<Waiting<T>> chosen = new ArrayList<>();
    chosen.add(anchor);
    int longest = anchor.tokens();
    long sum = anchor.tokens();
    @Nullable Waiting<T> shorter = byLength.lower(anchor);
    @Nullable Waiting<T> longer = byLength.higher(anchor);
    while (true) {
      boolean shorterFits =
          shorter != null && fits(chosen.size() + 1, longest, sum + shorter.tokens());
      boolean longerFits =
          longer != null && fits(chosen.size() + 1, longer.tokens(), sum + longer.tokens());
      boolean takeLonger =
          longerFits
              && (!shorterFits
                  || shorter == null
                  || longer.tokens() - anchor.tokens() <= anchor.tokens() - shorter.tokens());
      if (takeLonger && longer != null) {
        chosen.add(longer);
        longest = longer.tokens();
        sum += longer.tokens();
        longer = byLength.higher(longer);
      } else if (shorterFits && shorter != null) {
        chosen.add(shorter);
        sum += shorter.tokens();
        shorter = byLength.lower(shorter);
      } else {
        break;
      }
    }
    for (Waiting<T> waiting : chosen) {
      byLength.remove(waiting);
      byAge.remove(waiting);
    }
    lookAheadTokens -= sum;
    while (byAge.size() < policy.lookAhead() && !beyond.isEmpty()) {
      Waiting<T> waiting = beyond.removeFirst();
      beyondTokens -= waiting.tokens();
      enter(waiting);
    }
    chosen.sort(BY_LANGUAGE);
    return new MicroBatch<>(chosen.stream().map(Waiting::item).toList(), sum, longest);
  }

  private boolean fits(int rows, int longest, long sum) {
    return policy.cost().of(rows, longest, sum) <= policy.tokenBudget();
  }

  private void enter(Waiting<T> waiting) {
    byLength.add(waiting);
    byAge.add(waiting);
    lookAheadTokens += waiting.tokens();
  }
}
