package org.isogloss.encoder.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.RandomBackbone;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(Lifecycle.PER_CLASS)
class ReferenceEncoderKitTest extends EncoderCompatibilityKit {
  private Backbone backbone;
  private ReferenceEncoder encoder;

  @BeforeAll
  void open(@TempDir Path folder) throws IOException {
    RandomBackbone.write(folder.resolve("tiny"), RandomBackbone.Options.TINY);
    backbone = Backbone.open(folder.resolve("tiny"));
    encoder = new ReferenceEncoder(backbone, 2, List.of());
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

  @Test
  void theErrorFunctionIsThatOfTheTables() {
    assertThat(ReferenceEncoder.erf(0.5)).isCloseTo(0.5204998778130465, within(1e-14));
    assertThat(ReferenceEncoder.erf(-2)).isCloseTo(-0.9953222650189527, within(1e-14));
    assertThat(ReferenceEncoder.erf(3.5)).isCloseTo(0.9999992569016276, within(1e-14));
  }
}
