package org.isogloss.encoder.encode;

class DeterministicEncoderTest extends EncoderCompatibilityKit {
  private final DeterministicEncoder encoder = new DeterministicEncoder(32);

  @Override
  protected SentenceEncoder encoder() {
    return encoder;
  }
}
