package org.isogloss.encoder.encode;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.Pooling;
import org.isogloss.encoder.space.Provenance;
import org.isogloss.encoder.space.SpaceDefinition;
import org.isogloss.encoder.space.SpaceId;
import org.isogloss.encoder.space.View;
import org.isogloss.encoder.tokenize.TokenSequence;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * A fast encoder without a model, for tests: a sentence's vector is a function of its text alone.
 * Its tokens are the text's code points between two special tokens, so the text can be read back
 * from them. It can be told to fail, to give degenerate vectors or to hang on given texts, or to
 * fail altogether. Safe for several threads.
 */
public final class DeterministicEncoder implements SentenceEncoder {
  private static final int OPENING = 1;
  private static final int CLOSING = 2;

  private final int dimension;
  private final int maxTokens;
  private final Set<String> failing = ConcurrentHashMap.newKeySet();
  private final Set<String> degenerate = ConcurrentHashMap.newKeySet();
  private final ConcurrentHashMap<String, CountDownLatch> hanging = new ConcurrentHashMap<>();
  private final AtomicBoolean broken = new AtomicBoolean();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicLong calls = new AtomicLong();
  private final AtomicLong encodedSentences = new AtomicLong();

  public DeterministicEncoder(int dimension) {
    this(dimension, 128);
  }

  public DeterministicEncoder(int dimension, int maxTokens) {
    this.dimension = dimension;
    this.maxTokens = maxTokens;
  }

  /** From now on every micro-batch that holds this text fails with ENCODING_FAILED. */
  public DeterministicEncoder failOn(String text) {
    failing.add(text);
    return this;
  }

  /** From now on this text is rejected with DEGENERATE_VECTOR. */
  public DeterministicEncoder giveDegenerateVectorFor(String text) {
    degenerate.add(text);
    return this;
  }

  /** From now on every micro-batch that holds this text hangs until {@link #release}. */
  public DeterministicEncoder hangOn(String text) {
    hanging.put(text, new CountDownLatch(1));
    return this;
  }

  /** Ends {@link #hangOn} for this text. */
  public void release(String text) {
    Optional.ofNullable(hanging.remove(text)).ifPresent(CountDownLatch::countDown);
  }

  /** Whether every call fails from now on, whatever its sentences. */
  public void breakDown(boolean value) {
    broken.set(value);
  }

  /** How often {@link #encode} was called. */
  public long calls() {
    return calls.get();
  }

  /** How many sentences were given a vector. */
  public long encodedSentences() {
    return encodedSentences.get();
  }

  public boolean closed() {
    return closed.get();
  }

  /** The vector this encoder gives to a text: {@code [dimension]}, of unit length. */
  public static float[] vectorOf(String text, int dimension) {
    SplittableRandom random = new SplittableRandom(text.hashCode() * 0x9E3779B97F4A7C15L);
    double[] values = random.doubles(dimension, -1, 1).toArray();
    double squares = 0;
    for (double value : values) {
      squares += value * value;
    }
    float[] unit = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      unit[i] = (float) (values[i] / Math.sqrt(squares));
    }
    return unit;
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public EncoderDescription description() {
    return new EncoderDescription(
        "deterministic",
        Digest.of("deterministic " + dimension),
        1,
        Pooling.MEAN,
        dimension,
        maxTokens,
        "cpu",
        "fp32");
  }

  @Override
  public Prepared prepare(SentenceRequest request) {
    int[] codePoints = request.text().codePoints().toArray();
    if (codePoints.length == 0) {
      return new Rejected(ErrorCode.UNTOKENIZABLE, "no token");
    }
    boolean truncated = codePoints.length + 2 > maxTokens;
    int kept = Math.min(codePoints.length, maxTokens - 2);
    int[] ids = new int[kept + 2];
    ids[0] = OPENING;
    System.arraycopy(codePoints, 0, ids, 1, kept);
    ids[kept + 1] = CLOSING;
    return new TokenizedSentence(request, new TokenSequence(ids, truncated));
  }

  @Override
  public List<EncodeOutcome> encode(List<TokenizedSentence> microBatch) {
    calls.incrementAndGet();
    if (closed.get()) {
      throw new IllegalStateException("the encoder is closed");
    }
    List<String> texts = microBatch.stream().map(DeterministicEncoder::textOf).toList();
    for (String text : texts) {
      CountDownLatch latch = hanging.get(text);
      if (latch != null) {
        await(latch);
      }
      if (broken.get() || failing.contains(text)) {
        throw new IsoglossException(ErrorCode.ENCODING_FAILED, "told to fail");
      }
    }
    List<EncodeOutcome> outcomes = new ArrayList<>(microBatch.size());
    for (int i = 0; i < texts.size(); i++) {
      outcomes.add(outcome(microBatch.get(i), texts.get(i)));
    }
    return outcomes;
  }

  @Override
  public void close() {
    closed.set(true);
  }

  private EncodeOutcome outcome(TokenizedSentence sentence, String text) {
    if (degenerate.contains(text)) {
      return new Rejected(ErrorCode.DEGENERATE_VECTOR, "told to be degenerate");
    }
    encodedSentences.incrementAndGet();
    EncoderDescription description = description();
    List<SentenceVector> vectors = new ArrayList<>();
    for (View view : View.values()) {
      if (sentence.views().contains(view)) {
        SpaceId space =
            new SpaceDefinition(
                    description.backbone(),
                    1,
                    Pooling.MEAN,
                    true,
                    dimension,
                    "",
                    view,
                    Optional.empty())
                .id();
        vectors.add(
            new SentenceVector(
                new Provenance(
                    view, space, description.backbone(), 1, Optional.empty(), Optional.empty()),
                vectorOf(text, dimension)));
      }
    }
    return new Encoded(vectors, sentence.tokens().length(), sentence.tokens().truncated());
  }

  private static String textOf(TokenizedSentence sentence) {
    int[] ids = sentence.tokens().toArray();
    return new String(ids, 1, ids.length - 2);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IsoglossException(ErrorCode.ENCODING_FAILED, "interrupted while hanging", e);
    }
  }
}
