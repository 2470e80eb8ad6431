package org.isogloss.encoder.encode;

import java.util.List;

/**
 * Turns sentences into vectors in two steps: {@link #prepare} tokenises, on any thread; {@link
 * #encode} runs one micro-batch through the model.
 *
 * <p>Threads: both methods may be called from several threads at once. {@code encode} calls on one
 * device gain nothing from running side by side; one thread per device is the usual arrangement.
 *
 * <p>Results: row <i>i</i> of the answer belongs to row <i>i</i> of the micro-batch, and equals
 * (within 1e-5 after normalisation) what that row gets alone.
 */
public interface SentenceEncoder extends AutoCloseable {
  /** Length of every vector. */
  int dimension();

  /** What the encoder is made of, for provenance and for people. */
  EncoderDescription description();

  /**
   * Tokenises one sentence for its language and takes hold of the modules that will encode it.
   * Never throws for bad text: the answer is then a {@link Rejected}.
   */
  Prepared prepare(SentenceRequest request);

  /**
   * Encodes one micro-batch. A row whose vector is degenerate (NaN, infinite, zero) comes back as
   * {@link Rejected}; its mates are unharmed.
   *
   * @throws org.isogloss.error.IsoglossException with code ENCODING_FAILED if the whole call fails;
   *     {@link BisectingEncoder} finds the row to blame
   */
  List<EncodeOutcome> encode(List<TokenizedSentence> microBatch);

  /** Frees native memory. Calls under way must have returned. */
  @Override
  void close();
}
