package org.isogloss.encoder.engine;

import java.io.IOException;
import java.nio.file.Path;
import org.isogloss.encoder.encode.EncoderCompatibilityKit;
import org.isogloss.encoder.encode.ReferenceEncoder;
import org.isogloss.encoder.encode.SentenceEncoder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** The plain-Java reference with the modules that the encoder on libtorch is tested with. */
@TestInstance(Lifecycle.PER_CLASS)
class ReferenceWithModulesKitTest extends EncoderCompatibilityKit {
  private ModuleFixture fixture;
  private ReferenceEncoder encoder;

  @BeforeAll
  void open(@TempDir Path folder) throws IOException {
    fixture = new ModuleFixture(folder);
    encoder = fixture.reference(TorchKit.modules(fixture));
  }

  @AfterAll
  void close() {
    encoder.close();
    fixture.close();
  }

  @Override
  protected SentenceEncoder encoder() {
    return encoder;
  }
}
