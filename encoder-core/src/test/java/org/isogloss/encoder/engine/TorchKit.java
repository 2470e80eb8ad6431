package org.isogloss.encoder.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.isogloss.encoder.encode.EncoderCompatibilityKit;
import org.isogloss.encoder.encode.ModularEncoder;
import org.isogloss.encoder.encode.SentenceEncoder;
import org.isogloss.encoder.module.LinearTarget;
import org.isogloss.encoder.module.PostProcessing;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** The kit on libtorch, with so many threads, bare or with modules of every kind. */
@TestInstance(Lifecycle.PER_CLASS)
abstract class TorchKit extends EncoderCompatibilityKit {
  private final int threads;
  private final boolean withModules;
  private ModuleFixture fixture;
  private TorchEncoder encoder;

  TorchKit(int threads, boolean withModules) {
    this.threads = threads;
    this.withModules = withModules;
  }

  @BeforeAll
  void open(@TempDir Path folder) throws IOException {
    fixture = new ModuleFixture(folder);
    encoder =
        TorchEncoder.open(
            fixture.backbone, EncoderOptions.onCpu(ModuleFixture.LAYERS).withThreads(threads));
    if (withModules) {
      assertThat(encoder.serve(modules(fixture), fixture))
          .isEqualTo(new ModularEncoder.Exchanged());
    }
  }

  @AfterAll
  void close() {
    if (threads > 1) {
      assertThat(encoder.nativeCalls()).as("some were cut").isGreaterThan(encoder.microBatches());
    }
    encoder.close();
    assertThat(fixture.leases()).as("every lease was closed").isZero();
    fixture.close();
  }

  @Override
  protected SentenceEncoder encoder() {
    return encoder;
  }

  /** For some of the kit's languages every kind of part; Chinese, Arabic and more have none. */
  static List<ModuleSelection> modules(ModuleFixture fixture) throws IOException {
    Optional<ModuleReference> english =
        Optional.of(
            fixture.publish(
                fixture.language(
                    "en",
                    Optional.empty(),
                    ModuleFixture.lora(4, 8, LinearTarget.QUERY, LinearTarget.VALUE),
                    ModuleFixture.lora(2, 2),
                    PostProcessing.CENTRE),
                1));
    Optional<ModuleReference> german =
        Optional.of(
            fixture.publish(
                fixture.language(
                    "de",
                    Optional.of(700),
                    ModuleFixture.lora(4, 8),
                    ModuleFixture.lora(3, 3),
                    PostProcessing.WHITEN),
                2));
    Optional<ModuleReference> russian =
        Optional.of(
            fixture.publish(
                fixture.language(
                    "ru",
                    Optional.empty(),
                    Optional.empty(),
                    ModuleFixture.lora(2, 2, LinearTarget.OUTPUT),
                    PostProcessing.NONE),
                3));
    Optional<ModuleReference> turkish =
        Optional.of(
            fixture.publish(
                fixture.language(
                    "tr",
                    Optional.of(400),
                    Optional.empty(),
                    Optional.empty(),
                    PostProcessing.NONE),
                4));
    return List.of(
        new ModuleSelection("en", english, Optional.empty()),
        new ModuleSelection(
            "de",
            german,
            Optional.of(fixture.publish(fixture.alignment("de", german, english, 6, true), 5))),
        new ModuleSelection(
            "ru",
            russian,
            Optional.of(fixture.publish(fixture.alignment("ru", russian, english, 0, true), 6))),
        new ModuleSelection(
            "fr",
            Optional.empty(),
            Optional.of(
                fixture.publish(fixture.alignment("fr", Optional.empty(), english, 5, false), 7))),
        new ModuleSelection("tr", turkish, Optional.empty()));
  }
}
