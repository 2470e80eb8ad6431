package org.isogloss.streams.command;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.isogloss.streams.command.InterleavedRounds.Measurement;
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
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @Mixin ModelOptions model = new ModelOptions();
  @Mixin BenchOptions bench = new BenchOptions();

  BenchPipelineCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() throws Exception {
    List<InputLine> lines = bench.lines(terminal());
    try (Resources resources = Resources.ofCommand()) {
      OpenedModel opened =
          resources.add(new OpenedModel.Loader(model, common.home(), terminal()).open());
      OwnPipeline pipeline =
          OwnPipeline.start(
              resources.add(TemporaryDirectory.create()).path(),
              OwnPipeline.ENCODING,
              model,
              () -> new SharedEncoder(opened),
              new SimpleMeterRegistry(),
              resources);
      EncodingRun direct =
          new EncodingRun(new DirectLineEncoder(opened, model.tokenBudget()), lines);
      EncodingRun through =
          new EncodingRun(resources.add(new PipelineLineEncoder(pipeline, PATIENCE)), lines);
      SequencedMap<String, Measurement> ways = new LinkedHashMap<>();
      ways.put(PIPELINE, through::tokensPerSecond);
      ways.put(DIRECT, direct::tokensPerSecond);
      SequencedMap<String, Double> medians =
          InterleavedRounds.medians(
              ways, bench.rounds(), (name, round) -> terminal().note("round %d: %s", round, name));
      terminal()
          .out()
          .print(
              EncodingTable.of(
                  opened.description(),
                  model.threads(),
                  lines.size(),
                  direct.tokens(),
                  bench.rounds(),
                  medians,
                  DIRECT));
    }
    return DONE;
  }
}
