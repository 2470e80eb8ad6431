package org.isogloss.streams.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Direct encoding against PyTorch in Python. */
@Command(
    name = "encode",
    description = "Tokens per second of direct encoding, against PyTorch in Python if it is given.")
final class BenchEncodeCommand extends IsoglossCommand {
  private static final String OURS = "isogloss, direct";
  private static final String PEER = "PyTorch in Python";
  private static final double BAR = 0.95;

  @Mixin ModelOptions model = new ModelOptions();
  @Mixin BenchOptions bench = new BenchOptions();

  @Option(
      names = "--peer",
      paramLabel = "torch_encode.py",
      description = "The peer's script; it is run by python3 on the same weights and sentences.")
  @Nullable Path peer;

  private final BarSheet bars;

  BenchEncodeCommand(Terminal terminal, BarSheet bars) {
    super(terminal);
    this.bars = bars;
  }

  @Override
  int run() throws Exception {
    EncodingBench benchmark = new EncodingBench(bench, terminal());
    try (Resources resources = Resources.ofCommand()) {
      TemporaryDirectory folder = resources.add(TemporaryDirectory.create());
      OpenedModel opened =
          resources.add(new OpenedModel.Loader(model, common.home(), terminal()).open());
      benchmark.add(OURS, new DirectLineEncoder(opened, model.tokenBudget()));
      if (peer != null) {
        String missing = PythonPeer.whatIsMissing();
        if (missing.isEmpty()) {
          PythonPeer python =
              new PythonPeer(
                  peer,
                  opened.directory(),
                  opened.description().layers(),
                  model.threads(),
                  model.tokenBudget(),
                  write(benchmark.lines(), folder.path().resolve("sentences.txt")));
          benchmark.add(PEER, python::tokensPerSecond);
        } else {
          terminal().note("the peer is left out: %s", missing);
        }
      }
      bars.atLeast(
          BAR,
          "bench encode",
          "direct encoding, of PyTorch's rate",
          EncodingBench.ratio(
              benchmark.report(opened.description(), model.threads(), PEER), OURS, PEER));
    }
    return DONE;
  }

  private static Path write(List<InputLine> lines, Path file) throws IOException {
    return Files.write(file, lines.stream().map(InputLine::text).toList(), UTF_8);
  }
}
