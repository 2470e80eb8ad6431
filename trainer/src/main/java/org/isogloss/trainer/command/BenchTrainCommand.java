package org.isogloss.trainer.command;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.isogloss.encoder.engine.TrainingEncoder;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.trainer.bench.MeasuredStage;
import org.isogloss.trainer.bench.StepBench;
import org.isogloss.trainer.bench.TorchPeer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures training steps against plain PyTorch. */
@Command(
    name = "train",
    description = {
      "Tokens per second of training steps, against the same steps in plain PyTorch, in",
      "interleaved rounds; medians, as a table for docs/performance.md. Needs python3 with torch."
    })
final class BenchTrainCommand extends TrainerCommand {
  /** The least ratio that is held to be enough. */
  private static final double BAR = 0.95;

  @Option(
      names = "--stages",
      split = ",",
      paramLabel = "align,adapt",
      defaultValue = "align,adapt",
      description = "Whose steps.")
  private List<MeasuredStage> stages = List.of();

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "That count; one more warms up.")
  private int rounds = 3;

  @Option(names = "--steps", paramLabel = "N", defaultValue = "6", description = "Of a round.")
  private int steps = 6;

  @Option(
      names = "--token-budget",
      paramLabel = "N",
      defaultValue = "1536",
      description = "Tokens of a batch.")
  private int tokenBudget = 1_536;

  BenchTrainCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void check() {
    require(
        rounds > 0 && steps > 0 && tokenBudget > 0,
        "--rounds, --steps and --token-budget must be at least 1");
  }

  @Override
  void run() throws IOException, InterruptedException {
    String missing = TorchPeer.whatIsMissing();
    if (!missing.isEmpty()) {
      throw new IsoglossException(ErrorCode.BAD_OPTION, "there is no peer: " + missing);
    }
    Path folder = Files.createTempDirectory("isogloss-bench-train");
    try (OpenedModel opened = OpenedModel.open(model, terminal());
        TrainingEncoder trainer =
            opened.site(model.trainingThreads(), terminal()).openForTraining()) {
      int layers = opened.encoder().description().layers();
      PrintStream out = terminal().out();
      out.printf(
          "%s, %d layers, fp32, %d threads, batches of %d tokens, medians of %d rounds of %d steps%n%n",
          opened.backbone().name(), layers, model.trainingThreads(), tokenBudget, rounds, steps);
      out.println("| step of | tokens | isogloss, tokens/s | PyTorch, tokens/s | ratio | bar |");
      out.println("|---|---:|---:|---:|---:|---:|");
      StepBench bench =
          new StepBench(
              trainer,
              opened.backbone(),
              layers,
              model.trainingThreads(),
              terminal().nanoClock(),
              note -> terminal().note("%s", note));
      for (MeasuredStage stage : stages) {
        Path own = Files.createDirectory(folder.resolve(stage.label()));
        out.println(StepBench.row(bench.measure(stage, rounds, steps, tokenBudget, own), BAR));
      }
    } finally {
      delete(folder);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      files
          .sorted(Comparator.reverseOrder())
          .forEach(
              file -> {
                try {
                  Files.delete(file);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }
}
