package org.isogloss.streams.command;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Every benchmark that has a bar, one after the other. */
@Command(
    name = "all",
    description = {
      "Run every benchmark that has a bar, each in interleaved rounds, and print one table of what",
      "was measured against it. The benchmarks' own tables go to standard error. Exit code 1 if a",
      "bar is not reached or could not be measured. On a busy machine the ratios say little: the",
      "load is printed too."
    })
final class BenchAllCommand extends IsoglossCommand {
  @Mixin ModelOptions model = new ModelOptions();
  @Mixin BenchOptions bench = new BenchOptions();

  @Option(
      names = "--peer",
      paramLabel = "torch_encode.py",
      description = "The script of PyTorch's encoding; without it that bar is not measured.")
  private @Nullable Path peer;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description = {
        "Of encode, pipeline, mine, modules, modules-pipeline, swap, lid, train; all unless",
        "given."
      })
  private Set<String> only = Set.of();

  @Option(
      names = "--mine-rows",
      paramLabel = "N",
      defaultValue = "20000",
      description = "Rows of each side that are mined.")
  private int mineRows = 20_000;

  @Option(
      names = "--suite",
      paramLabel = "DIR",
      description =
          "Sentences for lid, as eval reads them; without it those bars are not measured.")
  private @Nullable Path suite;

  /** Runs one benchmark, which writes its bars. */
  @FunctionalInterface
  private interface Benchmark {
    void run() throws Exception;
  }

  BenchAllCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() throws Exception {
    BarSheet bars = new BarSheet();
    SequencedMap<String, Benchmark> benchmarks = benchmarks(bars);
    Set<String> unknown = new TreeSet<>(only);
    unknown.removeAll(benchmarks.keySet());
    if (!unknown.isEmpty() || mineRows < 1) {
      throw wronglyCalled(
          unknown.isEmpty()
              ? "--mine-rows takes at least 1"
              : "--only knows %s, not %s"
                  .formatted(String.join(", ", benchmarks.keySet()), String.join(", ", unknown)));
    }
    String before = load();
    for (var each : benchmarks.entrySet()) {
      if (only.isEmpty() || only.contains(each.getKey())) {
        terminal().note("== %s", each.getKey());
        each.getValue().run();
        terminal().err().flush();
      }
    }
    terminal()
        .out()
        .printf(
            Locale.ROOT,
            "%s, %d threads of %d cores, medians of %d rounds, load %s before and %s after%n%n%s",
            model.model(),
            model.threads(),
            Runtime.getRuntime().availableProcessors(),
            bench.rounds(),
            before,
            load(),
            bars.markdown());
    return bars.allMet() ? DONE : FAILED;
  }

  private SequencedMap<String, Benchmark> benchmarks(BarSheet bars) {
    Terminal aside =
        new Terminal(terminal().in(), terminal().err(), terminal().err(), terminal().interactive());
    BenchEncodeCommand encode = new BenchEncodeCommand(aside, bars);
    encode.model = model;
    encode.bench = bench;
    encode.peer = peer;
    BenchPipelineCommand pipeline = new BenchPipelineCommand(aside, bars);
    pipeline.model = model;
    pipeline.bench = bench;
    BenchMineCommand mine = new BenchMineCommand(aside, bars);
    mine.rows = mineRows;
    mine.rounds = bench.rounds();
    mine.threads = model.threads();
    BenchModulesCommand modules = new BenchModulesCommand(aside, bars);
    modules.model = model;
    modules.bench = bench;
    BenchModulesCommand throughPipeline = new BenchModulesCommand(aside, bars);
    throughPipeline.model = model;
    throughPipeline.bench = bench;
    throughPipeline.throughPipeline = true;
    BenchSwapCommand swap = new BenchSwapCommand(aside, bars);
    swap.model = model;
    swap.bench = bench;
    BenchLidCommand lid = new BenchLidCommand(aside, bars);
    lid.rounds = bench.rounds();
    List.of(encode, pipeline, mine, modules, throughPipeline, swap, lid)
        .forEach(each -> each.common = common);
    SequencedMap<String, Benchmark> all = new LinkedHashMap<>();
    all.put("encode", encode::run);
    all.put("pipeline", pipeline::run);
    all.put("mine", mine::run);
    all.put("modules", modules::run);
    all.put("modules-pipeline", throughPipeline::run);
    all.put("swap", swap::run);
    all.put(
        "lid",
        () -> {
          if (suite == null) {
            BenchLidCommand.bars(bars, "no --suite", Double.NaN, Double.NaN);
          } else {
            lid.suite = suite;
            lid.run();
          }
        });
    all.put("train", () -> TrainingBench.run(bars, model, common.home(), bench.rounds(), aside));
    return all;
  }

  /** Of the last minute, as the operating system counts it. */
  private static String load() {
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    return load < 0 ? "unknown" : String.format(Locale.ROOT, "%.1f", load);
  }
}
