package org.isogloss.streams.worker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.isogloss.encoder.batch.BatchPolicy;
import org.isogloss.encoder.batch.MicroBatch;
import org.isogloss.encoder.batch.MicroBatcher;
import org.isogloss.encoder.encode.EncodeOutcome;
import org.isogloss.encoder.encode.SentenceEncoder;
import org.isogloss.encoder.encode.TokenizedSentence;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/**
 * Micro-batches across all open windows. Everything here runs on one thread, the device's: arrivals
 * are tasks on it, and between two micro-batches the arrivals that have queued up come first, so
 * that the look-ahead is as full as it can be.
 */
final class EncodeStage implements Disposable {
  /** A sentence on its way, and where its outcome goes. */
  record Pending(TokenizedSentence sentence, Window window, Consumer<EncodeOutcome> whenDone) {}

  private final SentenceEncoder encoder;
  private final BatchPolicy policy;
  private final MicroBatcher<Pending> batcher;
  private final Scheduler.Worker thread;
  private final WorkerMeters meters;
  private final Consumer<Throwable> whenBroken;
  private Disposable timer = Disposables.disposed();
  private boolean scheduled;
  private boolean hurrying;

  EncodeStage(
      SentenceEncoder encoder,
      BatchPolicy policy,
      Scheduler device,
      WorkerMeters meters,
      Consumer<Throwable> whenBroken) {
    this.encoder = encoder;
    this.policy = policy;
    batcher = new MicroBatcher<>(policy, System::nanoTime);
    thread = device.createWorker();
    this.meters = meters;
    this.whenBroken = whenBroken;
  }

  /** Whether someone waits for all that arrives: then nothing lingers. From any thread. */
  void hurry(boolean value) {
    if (!thread.isDisposed()) {
      thread.schedule(
          () -> {
            hurrying = value;
            scheduleNext();
          });
    }
  }

  /** On the device's thread. */
  void arrive(List<Pending> sentences) {
    for (Pending pending : sentences) {
      TokenizedSentence sentence = pending.sentence();
      batcher.add(pending, sentence.language(), sentence.tokens().length());
    }
    scheduleNext();
  }

  private void scheduleNext() {
    OptionalLong wait = batcher.nanosUntilNext();
    if (scheduled || wait.isEmpty() || thread.isDisposed()) {
      return;
    }
    if (hurrying || wait.getAsLong() == 0) {
      scheduled = true;
      thread.schedule(this::encodeNext);
    } else if (timer.isDisposed()) {
      timer =
          thread.schedule(
              () -> {
                timer.dispose();
                scheduleNext();
              },
              wait.getAsLong(),
              TimeUnit.NANOSECONDS);
    }
  }

  private void encodeNext() {
    scheduled = false;
    Optional<MicroBatch<Pending>> batch = hurrying ? batcher.flush() : batcher.next();
    try {
      batch.ifPresent(this::encode);
    } catch (Throwable broken) {
      // A fault of the encoder or the machine, not of a sentence: the worker leaves its group.
      whenBroken.accept(broken);
      return;
    }
    scheduleNext();
  }

  private void encode(MicroBatch<Pending> batch) {
    List<Pending> wanted = new ArrayList<>(batch.items().size());
    for (Pending pending : batch.items()) {
      if (!pending.window().isDiscarded()) {
        wanted.add(pending);
      }
    }
    if (wanted.isEmpty()) {
      return;
    }
    long start = System.nanoTime();
    List<EncodeOutcome> outcomes = encoder.encode(wanted.stream().map(Pending::sentence).toList());
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    meters.batch(
        wanted.size(),
        wanted.stream().map(pending -> pending.sentence().language()).distinct().count(),
        (double) batch.tokens() / policy.tokenBudget(),
        batch.padding(),
        took);
    for (int i = 0; i < wanted.size(); i++) {
      wanted.get(i).whenDone().accept(outcomes.get(i));
    }
  }

  @Override
  public void dispose() {
    thread.dispose();
  }
}
