package org.isogloss.trainer.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.RandomBackbone;
import org.isogloss.encoder.engine.EncoderOptions;
import org.isogloss.encoder.engine.TrainingEncoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StepBenchTest {
  @Test
  void batchesKeepTheirBudgetAndHideSomeOfEverySentence() {
    Workload work = Workload.random(5, 200, 900, 30, 1);
    assertThat(work.batches()).hasSize(5);
    for (Workload.Batch batch : work.batches()) {
      assertThat(batch.ids().stream().mapToInt(ids -> ids.length).sum()).isBetween(60, 200);
      assertThat(batch.targets()).hasSameSizeAs(batch.ids()).allMatch(target -> target < 30);
      for (int row = 0; row < batch.ids().size(); row++) {
        int[] ids = batch.ids().get(row);
        assertThat(batch.places().get(row)).isNotEmpty().allMatch(at -> at > 0 && at < ids.length);
        assertThat(batch.pieces().get(row).getFirst())
            .isEqualTo(ids[batch.places().get(row).getFirst()]);
      }
    }
  }

  /** Which also shows that both sides compute the same loss: else there would be no ratio. */
  @Test
  void everyStageIsMeasuredAgainstPlainPyTorch(@TempDir Path folder) throws Exception {
    String missing = TorchPeer.whatIsMissing();
    assumeTrue(missing.isEmpty(), missing);
    RandomBackbone.write(folder.resolve("tiny"), RandomBackbone.Options.TINY);
    List<String> notes = new ArrayList<>();
    try (Backbone backbone = Backbone.open(folder.resolve("tiny"));
        TrainingEncoder encoder =
            TrainingEncoder.open(
                backbone,
                EncoderOptions.onCpu(2).withThreads(1),
                TrainingEncoder.Arithmetic.SINGLE)) {
      StepBench bench = new StepBench(encoder, backbone, 2, 1, System::nanoTime, notes::add);
      for (MeasuredStage stage : MeasuredStage.values()) {
        StepBench.Result result = bench.measure(stage, 1, 2, 200, made(folder, stage));
        assertThat(result.ours()).as(stage.label()).isPositive();
        assertThat(result.peer()).as(stage.label()).isPositive();
        assertThat(StepBench.row(result, 0.95))
            .startsWith("| " + stage.label())
            .endsWith(" 0.95 |");
      }
    }
    assertThat(notes)
        .containsExactly("align, round 0", "align, round 1", "adapt, round 0", "adapt, round 1");
  }

  private static Path made(Path folder, MeasuredStage stage) throws IOException {
    return Files.createDirectory(folder.resolve(stage.label()));
  }
}
