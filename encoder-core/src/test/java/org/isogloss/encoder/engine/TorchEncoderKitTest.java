package org.isogloss.encoder.engine;

class TorchEncoderKitTest extends TorchKit {
  TorchEncoderKitTest() {
    super(1, false);
  }
}
