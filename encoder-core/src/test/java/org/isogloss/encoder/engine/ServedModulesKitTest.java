package org.isogloss.encoder.engine;

class ServedModulesKitTest extends TorchKit {
  ServedModulesKitTest() {
    super(1, true);
  }
}
