package org.isogloss.streams.command;

import java.util.List;
import org.isogloss.encoder.encode.EncodeOutcome;
import org.isogloss.encoder.encode.EncoderDescription;
import org.isogloss.encoder.encode.ModularEncoder;
import org.isogloss.encoder.encode.ModuleSource;
import org.isogloss.encoder.encode.Prepared;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.space.ModuleSelection;

/** An encoder lent to somebody who closes what it uses: closing this closes nothing. */
record SharedEncoder(ModularEncoder owned) implements ModularEncoder {
  @Override
  public int dimension() {
    return owned.dimension();
  }

  @Override
  public EncoderDescription description() {
    return owned.description();
  }

  @Override
  public Prepared prepare(SentenceRequest request) {
    return owned.prepare(request);
  }

  @Override
  public List<EncodeOutcome> encode(List<TokenizedSentence> microBatch) {
    return owned.encode(microBatch);
  }

  @Override
  public List<ModuleSelection> serving() {
    return owned.serving();
  }

  @Override
  public Exchange serve(List<ModuleSelection> selections, ModuleSource modules) {
    return owned.serve(selections, modules);
  }

  @Override
  public void close() {}
}
