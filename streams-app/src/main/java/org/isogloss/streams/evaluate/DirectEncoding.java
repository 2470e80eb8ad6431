package org.isogloss.streams.evaluate;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
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
import org.isogloss.error.IsoglossException;

/** Encodes in this process, without Kafka, chunk by chunk, sorted by length within a chunk. */
public final class DirectEncoding implements SuiteEncoding {
  private static final int CHUNK = 2_048;

  private final SentenceEncoder encoder;
  private final BatchPolicy policy;

  /**
   * @param encoder serves the modules of the run; stays the caller's
   */
  public DirectEncoding(SentenceEncoder encoder, int tokenBudget) {
    this.encoder = new BisectingEncoder(encoder);
    this.policy = new BatchPolicy(tokenBudget, Duration.ZERO, CHUNK, BatchCost.PACKED);
  }

  @Override
  public String route() {
    return "direct";
  }

  @Override
  public void encode(String name, List<Need> needs, Sink sink) {
    for (int from = 0; from < needs.size(); from += CHUNK) {
      List<Need> chunk = needs.subList(from, Math.min(needs.size(), from + CHUNK));
      List<TokenizedSentence> sentences =
          IntStream.range(0, chunk.size()).parallel().mapToObj(i -> prepare(chunk.get(i))).toList();
      MicroBatcher<Integer> batcher = new MicroBatcher<>(policy, System::nanoTime);
      for (int i = 0; i < sentences.size(); i++) {
        batcher.add(i, chunk.get(i).language(), sentences.get(i).tokens().length());
      }
      for (Optional<MicroBatch<Integer>> batch = batcher.flush();
          batch.isPresent();
          batch = batcher.flush()) {
        List<Integer> rows = batch.orElseThrow().items();
        List<EncodeOutcome> outcomes = encoder.encode(rows.stream().map(sentences::get).toList());
        for (int i = 0; i < outcomes.size(); i++) {
          Need need = chunk.get(rows.get(i));
          switch (outcomes.get(i)) {
            case Rejected rejected -> throw failed(need, rejected);
            case Encoded encoded -> {
              for (SentenceVector vector : encoded.vectors()) {
                sink.accept(
                    need,
                    vector.provenance().view(),
                    vector.provenance().space().value(),
                    vector.values());
              }
            }
          }
        }
      }
    }
  }

  private TokenizedSentence prepare(Need need) {
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
