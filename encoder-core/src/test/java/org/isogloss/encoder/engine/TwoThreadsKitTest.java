package org.isogloss.encoder.engine;

class TwoThreadsKitTest extends TorchKit {
  TwoThreadsKitTest() {
    super(2, false);
  }
}
