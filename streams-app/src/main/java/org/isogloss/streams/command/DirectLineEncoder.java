package org.isogloss.streams.command;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.isogloss.encoder.batch.BatchCost;
import org.isogloss.encoder.batch.BatchPolicy;
import org.isogloss.encoder.batch.MicroBatch;
import org.isogloss.encoder.batch.MicroBatcher;
import org.isogloss.encoder.encode.BisectingEncoder;
import org.isogloss.encoder.encode.EncodeOutcome;
import org.isogloss.encoder.encode.Encoded;
import org.isogloss.encoder.encode.Rejected;
import org.isogloss.encoder.encode.SentenceEncoder;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.SentenceVector;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.Provenance;

/**
 * Encodes in this process, without Kafka: the lines are judged by the router's rules, tokenised a
 * chunk ahead on other threads, sorted by length within the chunk into micro-batches, and encoded
 * on the caller's thread. Memory is bounded by two chunks. For one thread.
 */
final class DirectLineEncoder implements LineEncoder {
  private static final int CHUNK_LINES = 2_048;

  /** A line that waits for its vector. */
  private record Waiting(int slot, String language, TokenizedSentence sentence) {}

  /** A chunk of lines: some are refused already, the others wait. */
  private static final class Chunk {
    final LineResult[] results;
    final List<Waiting> waiting = new ArrayList<>();
    final List<String> ids;

    Chunk(List<String> ids) {
      this.ids = ids;
      results = new LineResult[ids.size()];
    }
  }

  private final SentenceEncoder encoder;
  private final BatchPolicy policy;

  /** The encoder stays the caller's. */
  DirectLineEncoder(SentenceEncoder encoder, int tokenBudget) {
    this.encoder = new BisectingEncoder(encoder);
    this.policy = new BatchPolicy(tokenBudget, Duration.ZERO, CHUNK_LINES, BatchCost.PACKED);
  }

  @Override
  public void encode(Iterator<InputLine> lines, Task task, ResultWriter writer, Listener listener) {
    LineRules rules = LineRules.of(task.language());
    long done = 0;
    long tokens = 0;
    Optional<CompletableFuture<Chunk>> ahead = prepareNext(lines, task, rules);
    while (ahead.isPresent()) {
      Chunk chunk = join(ahead.orElseThrow());
      ahead = prepareNext(lines, task, rules);
      MicroBatcher<Waiting> batcher = new MicroBatcher<>(policy, System::nanoTime);
      for (Waiting waiting : chunk.waiting) {
        batcher.add(waiting, waiting.language(), waiting.sentence().tokens().length());
      }
      long encoded = done + chunk.ids.size() - chunk.waiting.size();
      for (Optional<MicroBatch<Waiting>> batch = batcher.flush();
          batch.isPresent();
          batch = batcher.flush()) {
        encode(batch.orElseThrow(), task, chunk);
        encoded += batch.orElseThrow().items().size();
        tokens += batch.orElseThrow().tokens();
        listener.progressed(encoded, tokens);
      }
      for (LineResult result : chunk.results) {
        writer.write(result);
      }
      done += chunk.ids.size();
      listener.progressed(done, tokens);
    }
  }

  private static Chunk join(CompletableFuture<Chunk> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  /** Reads the next chunk here, and has it tokenised elsewhere. */
  private Optional<CompletableFuture<Chunk>> prepareNext(
      Iterator<InputLine> lines, Task task, LineRules rules) {
    List<InputLine> read = new ArrayList<>();
    while (read.size() < CHUNK_LINES && lines.hasNext()) {
      read.add(lines.next());
    }
    return read.isEmpty()
        ? Optional.empty()
        : Optional.of(CompletableFuture.supplyAsync(() -> prepare(read, task, rules)));
  }

  private Chunk prepare(List<InputLine> lines, Task task, LineRules rules) {
    Chunk chunk = new Chunk(lines.stream().map(task::id).toList());
    List<Optional<Waiting>> prepared =
        IntStream.range(0, lines.size())
            .parallel()
            .mapToObj(
                slot ->
                    switch (rules.judge(lines.get(slot))) {
                      case LineRules.Refused refused -> refuse(chunk, slot, refused.reason());
                      case LineRules.Accepted line -> tokenise(line, task, chunk, slot);
                    })
            .toList();
    prepared.forEach(each -> each.ifPresent(chunk.waiting::add));
    return chunk;
  }

  private Optional<Waiting> tokenise(LineRules.Accepted line, Task task, Chunk chunk, int slot) {
    SentenceRequest request =
        new SentenceRequest(line.text(), line.language(), Set.of(task.view()));
    return switch (encoder.prepare(request)) {
      case Rejected rejected -> refuse(chunk, slot, rejected);
      case TokenizedSentence sentence -> Optional.of(new Waiting(slot, line.language(), sentence));
    };
  }

  private static Optional<Waiting> refuse(Chunk chunk, int slot, Rejected reason) {
    chunk.results[slot] = Refusals.of(chunk.ids.get(slot), reason);
    return Optional.empty();
  }

  private void encode(MicroBatch<Waiting> batch, Task task, Chunk chunk) {
    List<EncodeOutcome> outcomes =
        encoder.encode(batch.items().stream().map(Waiting::sentence).toList());
    for (int i = 0; i < outcomes.size(); i++) {
      Waiting waiting = batch.items().get(i);
      String id = chunk.ids.get(waiting.slot());
      chunk.results[waiting.slot()] =
          switch (outcomes.get(i)) {
            case Rejected rejected -> Refusals.of(id, rejected);
            case Encoded encoded -> vector(id, waiting.language(), encoded, task);
          };
    }
  }

  private static LineResult.Vector vector(String id, String language, Encoded encoded, Task task) {
    SentenceVector vector = encoded.vector(task.view());
    Provenance made = vector.provenance();
    return new LineResult.Vector(
        id,
        language,
        made.view(),
        made.space().value(),
        made.backbone().hex(),
        made.languageModule().map(ModuleReference::name),
        made.alignmentModule().map(ModuleReference::name),
        encoded.tokens(),
        encoded.truncated(),
        vector.values());
  }

  /** Leaves the encoder open: it is the caller's. */
  @Override
  public void close() {}
}
