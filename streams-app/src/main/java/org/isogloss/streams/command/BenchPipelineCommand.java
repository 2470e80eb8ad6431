package org.isogloss.streams.command;

import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The pipeline against direct encoding. */
@Command(
    name = "pipeline",
    description = {
      "Tokens per second through an embedded broker, exactly once, against direct encoding by the",
      "same encoder with as many threads. A round sends all sentences and reads all results back."
    })
final class BenchPipelineCommand extends IsoglossCommand {
  private static final String PIPELINE = "isogloss, through the pipeline";
  private static final String DIRECT = "isogloss, direct";
  private static final double BAR = 0.85;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @Mixin ModelOptions model = new ModelOptions();
  @Mixin BenchOptions bench = new BenchOptions();

  private final BarSheet bars;

  BenchPipelineCommand(Terminal terminal, BarSheet bars) {
    super(terminal);
    this.bars = bars;
  }

  @Override
  int run() throws Exception {
    EncodingBench benchmark = new EncodingBench(bench, terminal());
    try (Resources resources = Resources.ofCommand()) {
      OpenedModel opened =
          resources.add(new OpenedModel.Loader(model, common.home(), terminal()).open());
      OwnPipeline pipeline = OwnPipeline.encodingWith(opened, model, resources);
      benchmark.add(PIPELINE, resources.add(new PipelineLineEncoder(pipeline, PATIENCE)));
      benchmark.add(DIRECT, new DirectLineEncoder(opened, model.tokenBudget()));
      bars.atLeast(
          BAR,
          "bench pipeline",
          "through the pipeline, of direct encoding's rate",
          EncodingBench.ratio(
              benchmark.report(opened.description(), model.threads(), DIRECT), PIPELINE, DIRECT));
    }
    return DONE;
  }
}
