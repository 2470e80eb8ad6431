package org.isogloss.encoder.engine;

import java.io.IOException;
import java.nio.file.Path;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.RandomBackbone;
import org.isogloss.encoder.encode.EncoderCompatibilityKit;
import org.isogloss.encoder.encode.SentenceEncoder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(Lifecycle.PER_CLASS)
class TorchEncoderKitTest extends EncoderCompatibilityKit {
  private Backbone backbone;
  private TorchEncoder encoder;

  @BeforeAll
  void open(@TempDir Path folder) throws IOException {
    RandomBackbone.write(folder.resolve("tiny"), RandomBackbone.Options.TINY);
    backbone = Backbone.open(folder.resolve("tiny"));
    encoder = TorchEncoder.open(backbone, EncoderOptions.onCpu(2).withThreads(1));
  }

  @AfterAll
  void close() {
    encoder.close();
    backbone.close();
  }

  @Override
  protected SentenceEncoder encoder() {
    return encoder;
  }
}
