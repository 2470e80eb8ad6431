package org.isogloss.streams.evaluate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.isogloss.encoder.batch.BatchCost;
import org.isogloss.encoder.batch.BatchPolicy;
import org.isogloss.encoder.batch.MicroBatch;
import org.isogloss.encoder.batch.MicroBatcher;
import org.isogloss.encoder.encode.BisectingEncoder;
import org.isogloss.encoder.encode.EncodeOutcome;
import org.isogloss.encoder.encode.Encoded;
import org.isogloss.encoder.encode.Prepared;
import org.isogloss.encoder.encode.Rejected;
import org.isogloss.encoder.encode.SentenceEncoder;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.SentenceVector;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.engine.AfterPooling;
import org.isogloss.encoder.engine.TorchEncoder;
import org.isogloss.encoder.space.View;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * Encodes in this process, without Kafka, chunk by chunk, sorted by length within a chunk.
 *
 * <p>Where a language's modules act after pooling only, or there are none, the forward pass is the
 * bare backbone's: its pooled vectors are kept on disk ({@link PooledStore}), and every such module
 * is computed from them. All other languages go through the encoder as a whole.
 */
public final class DirectEncoding implements SuiteEncoding {
  private static final int CHUNK = 512;

  private final TorchEncoder encoder;
  private final BatchPolicy policy;
  private final EvaluationFolder folder;

  /**
   * @param encoder serves the modules of the run; stays the caller's
   */
  public DirectEncoding(TorchEncoder encoder, int tokenBudget, EvaluationFolder folder) {
    this.encoder = encoder;
    this.policy = new BatchPolicy(tokenBudget, Duration.ZERO, CHUNK, BatchCost.PACKED);
    this.folder = folder;
  }

  @Override
  public String route() {
    return "direct";
  }

  @Override
  public void encode(String name, List<Need> needs, Sink sink) {
    Map<String, Optional<AfterPooling>> finishing = new TreeMap<>();
    VectorOrigin origin = new VectorOrigin(CodeVersion.text(), route());
    try (TorchEncoder bare = encoder.route();
        PooledStore pooled = new PooledStore(folder.vectors(), encoder.description())) {
      for (Need need : needs) {
        finishing
            .computeIfAbsent(need.language(), encoder::afterPooling)
            .ifPresent(finish -> pooled.open(need.language()));
      }
      SentenceEncoder whole = new BisectingEncoder(encoder);
      for (int from = 0; from < needs.size(); from += CHUNK) {
        List<Need> shared = new ArrayList<>();
        List<Need> others = new ArrayList<>();
        for (Need need : needs.subList(from, Math.min(needs.size(), from + CHUNK))) {
          (finishing.getOrDefault(need.language(), Optional.empty()).isPresent() ? shared : others)
              .add(need);
        }
        batches(whole, others, (batch, sentences) -> encode(whole, batch, sentences, origin, sink));
        batches(
            bare,
            shared.stream().filter(need -> !pooled.has(need.language(), need.text())).toList(),
            (batch, sentences) -> {
              float[][] vectors = bare.pooled(sentences);
              for (int i = 0; i < vectors.length; i++) {
                pooled.add(batch.get(i).language(), batch.get(i).text(), vectors[i], origin);
              }
            });
        pooled.force();
        finish(shared, finishing, pooled, origin, sink);
      }
    }
  }

  /** Takes a micro-batch: what is needed, and as many prepared sentences. */
  @FunctionalInterface
  private interface Batched {
    void accept(List<Need> needs, List<TokenizedSentence> sentences);
  }

  private void batches(SentenceEncoder preparing, List<Need> needs, Batched batched) {
    List<TokenizedSentence> sentences =
        IntStream.range(0, needs.size())
            .parallel()
            .mapToObj(i -> prepare(preparing, needs.get(i)))
            .toList();
    MicroBatcher<Integer> batcher = new MicroBatcher<>(policy, System::nanoTime);
    for (int i = 0; i < sentences.size(); i++) {
      batcher.add(i, needs.get(i).language(), sentences.get(i).tokens().length());
    }
    for (Optional<MicroBatch<Integer>> batch = batcher.flush();
        batch.isPresent();
        batch = batcher.flush()) {
      List<Integer> rows = batch.orElseThrow().items();
      batched.accept(
          rows.stream().map(needs::get).toList(), rows.stream().map(sentences::get).toList());
    }
  }

  private static void encode(
      SentenceEncoder encoder,
      List<Need> needs,
      List<TokenizedSentence> sentences,
      VectorOrigin origin,
      Sink sink) {
    List<EncodeOutcome> outcomes = encoder.encode(sentences);
    for (int i = 0; i < outcomes.size(); i++) {
      switch (outcomes.get(i)) {
        case Rejected rejected -> throw failed(needs.get(i), rejected);
        case Encoded encoded -> {
          for (SentenceVector vector : encoded.vectors()) {
            accept(needs.get(i), vector, origin, sink);
          }
        }
      }
    }
  }

  private static void finish(
      List<Need> needs,
      Map<String, Optional<AfterPooling>> finishing,
      PooledStore pooled,
      VectorOrigin origin,
      Sink sink) {
    List<List<SentenceVector>> finished =
        needs.stream()
            .parallel()
            .map(
                need -> {
                  AfterPooling finish =
                      finishing.getOrDefault(need.language(), Optional.empty()).orElseThrow();
                  float[] vector = pooled.vector(need.language(), need.text()).orElseThrow();
                  return need.views().stream()
                      .sorted()
                      .map(view -> finished(need, finish, vector, view))
                      .toList();
                })
            .toList();
    for (int i = 0; i < finished.size(); i++) {
      Need need = needs.get(i);
      VectorOrigin finishedBy = origin.over(pooled.origin(need.language(), need.text()));
      for (SentenceVector vector : finished.get(i)) {
        accept(need, vector, finishedBy, sink);
      }
    }
  }

  private static SentenceVector finished(
      Need need, AfterPooling finish, float[] pooled, View view) {
    return finish
        .vector(pooled, view)
        .orElseThrow(
            () ->
                failed(
                    need,
                    new Rejected(
                        ErrorCode.DEGENERATE_VECTOR,
                        "the vector is zero, infinite or not a number")));
  }

  private static void accept(Need need, SentenceVector vector, VectorOrigin origin, Sink sink) {
    sink.accept(
        need,
        vector.provenance().view(),
        vector.provenance().space().value(),
        vector.values(),
        origin);
  }

  private static TokenizedSentence prepare(SentenceEncoder encoder, Need need) {
    Prepared prepared =
        encoder.prepare(new SentenceRequest(need.text(), need.language(), need.views()));
    return switch (prepared) {
      case TokenizedSentence sentence -> sentence;
      case Rejected rejected -> throw failed(need, rejected);
    };
  }

  private static IsoglossException failed(Need need, Rejected rejected) {
    return new IsoglossException(
        rejected.code(),
        "'%s' (%s) of the suite: %s".formatted(need.text(), need.language(), rejected.message()));
  }
}
