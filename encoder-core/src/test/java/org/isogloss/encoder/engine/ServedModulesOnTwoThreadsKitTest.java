package org.isogloss.encoder.engine;

class ServedModulesOnTwoThreadsKitTest extends TorchKit {
  ServedModulesOnTwoThreadsKitTest() {
    super(2, true);
  }
}
