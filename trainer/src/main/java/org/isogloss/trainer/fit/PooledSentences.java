package org.isogloss.trainer.fit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.isogloss.encoder.batch.BatchCost;
import org.isogloss.encoder.batch.BatchPolicy;
import org.isogloss.encoder.batch.MicroBatch;
import org.isogloss.encoder.batch.MicroBatcher;
import org.isogloss.encoder.encode.Rejected;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.engine.TorchEncoder;
import org.isogloss.encoder.space.View;

/**
 * The vectors of sentences before they are brought to unit length, by text. Micro-batches are cut
 * the same way every time. For one thread.
 */
public final class PooledSentences {
  private static final int TOKEN_BUDGET = 2_048;
  private static final int CHUNK = 2_048;
  private static final BatchPolicy POLICY =
      new BatchPolicy(TOKEN_BUDGET, Duration.ZERO, CHUNK, BatchCost.PACKED);

  private final TorchEncoder encoder;
  private final int callers;
  private final FitListener listener;

  /**
   * The encoder stays the caller's.
   *
   * @param callers how many micro-batches are encoded side by side. Where nobody waits for a single
   *     one, several native calls of one thread get more done than one call of several threads
   */
  public PooledSentences(TorchEncoder encoder, int callers, FitListener listener) {
    if (callers < 1) {
      throw new IllegalArgumentException("callers " + callers);
    }
    this.encoder = encoder;
    this.callers = callers;
    this.listener = listener;
  }

  /**
   * Encodes each different text once.
   *
   * @return text to {@code [dimension]}; a text that has no token or no finite vector is not in it
   */
  public Map<String, float[]> of(List<String> texts, String language) {
    Map<String, float[]> vectors = new HashMap<>();
    List<String> different = List.copyOf(new LinkedHashSet<>(texts));
    int done = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(callers)) {
      for (int from = 0; from < different.size(); from += CHUNK) {
        List<String> chunk = different.subList(from, Math.min(from + CHUNK, different.size()));
        List<CompletableFuture<Batch>> batches =
            batches(chunk, language).stream()
                .map(batch -> CompletableFuture.supplyAsync(() -> encode(batch), threads))
                .toList();
        for (CompletableFuture<Batch> batch : batches) {
          Batch encoded = join(batch);
          encoded.putInto(vectors);
          done += encoded.sentences().size();
          listener.progressed(language, done, different.size());
        }
      }
    }
    return vectors;
  }

  /** Sentences and their vectors, in the same order. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Batch(List<TokenizedSentence> sentences, float[][] pooled) {
    void putInto(Map<String, float[]> vectors) {
      for (int i = 0; i < pooled.length; i++) {
        if (isUsable(pooled[i])) {
          vectors.put(sentences.get(i).request().text(), pooled[i]);
        }
      }
    }
  }

  private Batch encode(MicroBatch<TokenizedSentence> batch) {
    return new Batch(batch.items(), encoder.pooled(batch.items()));
  }

  private static Batch join(CompletableFuture<Batch> batch) {
    try {
      return batch.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private List<MicroBatch<TokenizedSentence>> batches(List<String> texts, String language) {
    MicroBatcher<TokenizedSentence> batcher = new MicroBatcher<>(POLICY, () -> 0);
    prepare(texts, language).forEach(s -> batcher.add(s, language, s.tokens().length()));
    List<MicroBatch<TokenizedSentence>> batches = new ArrayList<>();
    for (Optional<MicroBatch<TokenizedSentence>> batch = batcher.flush();
        batch.isPresent();
        batch = batcher.flush()) {
      batches.add(batch.orElseThrow());
    }
    return batches;
  }

  private List<TokenizedSentence> prepare(List<String> texts, String language) {
    List<TokenizedSentence> prepared = new ArrayList<>(texts.size());
    texts.parallelStream()
        .map(text -> new SentenceRequest(text, language, Set.of(View.MONOLINGUAL)))
        .flatMap(
            request ->
                switch (encoder.prepare(request)) {
                  case TokenizedSentence sentence -> Stream.of(sentence);
                  case Rejected rejected -> Stream.empty();
                })
        .forEachOrdered(prepared::add);
    return prepared;
  }

  private static boolean isUsable(float[] vector) {
    double square = 0;
    for (float value : vector) {
      square += (double) value * value;
    }
    return square > 0 && Double.isFinite(square);
  }
}
