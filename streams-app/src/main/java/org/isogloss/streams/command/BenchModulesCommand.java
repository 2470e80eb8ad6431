package org.isogloss.streams.command;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.batch.BatchCost;
import org.isogloss.encoder.batch.BatchPolicy;
import org.isogloss.encoder.batch.MicroBatch;
import org.isogloss.encoder.batch.MicroBatcher;
import org.isogloss.encoder.encode.Rejected;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.engine.EncoderOptions;
import org.isogloss.encoder.engine.TorchEncoder;
import org.isogloss.encoder.module.LinearTarget;
import org.isogloss.encoder.space.View;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.streams.command.InterleavedRounds.Measurement;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What modules cost. */
@Command(
    name = "modules",
    description = {
      "Tokens per second with modules against the bare backbone, and of a mix of languages, each",
      "with its own modules, against one language alone. The modules are random: LA and SE of rank",
      "8, a bottleneck of 256, no table. All ways encode the same sentences in the cross-lingual",
      "view; only encoding is timed. In the mix the n-th language has 1/n of the first one's share.",
      "With --pipeline everything goes through an embedded broker, router and worker, and is timed."
    })
final class BenchModulesCommand extends IsoglossCommand {
  private static final String BARE = "bare backbone";
  private static final String ALL_MATRICES = "one language, LA + SE on all six matrices, adapter";
  private static final String TWO_MATRICES = "one language, LA + SE on query and value, adapter";
  private static final long SEED = 1;
  private static final int LOOK_AHEAD = 2_048;
  private static final double BAR_OF_BARE = 0.85;
  private static final double BAR_OF_ONE = 0.95;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** One way to encode the sentences. */
  private record Way(TorchEncoder encoder, List<List<TokenizedSentence>> batches, long tokens) {
    void encode() {
      batches.forEach(encoder::encode);
    }
  }

  @Mixin ModelOptions model = new ModelOptions();
  @Mixin BenchOptions bench = new BenchOptions();

  @Option(
      names = "--languages",
      paramLabel = "N",
      defaultValue = "16",
      description = "Languages of the mix, 2 to 26.")
  private int languages = 16;

  @Option(
      names = "--cpu-time",
      description = {
        "Count the CPU time of the encoding thread instead of the time that passes: for a machine",
        "that others use too. Only with --threads 1."
      })
  private boolean cpuTime;

  @Option(
      names = "--pipeline",
      description = "Through the pipeline, exactly once, instead of directly.")
  boolean throughPipeline;

  private final BarSheet bars;

  BenchModulesCommand(Terminal terminal, BarSheet bars) {
    super(terminal);
    this.bars = bars;
  }

  @Override
  int run() throws Exception {
    if (languages < 2 || languages > 26) {
      throw wronglyCalled("--languages takes 2 to 26");
    }
    if (cpuTime && model.threads() != 1) {
      throw wronglyCalled("--cpu-time wants --threads 1");
    }
    if (cpuTime && throughPipeline) {
      throw wronglyCalled("--cpu-time is of one thread, and the pipeline has many");
    }
    List<InputLine> lines = bench.lines(terminal());
    OpenedModel.Loader loader = new OpenedModel.Loader(model, common.home(), terminal());
    try (Resources resources = Resources.ofCommand()) {
      Path folder = resources.add(TemporaryDirectory.create()).path();
      Backbone backbone = resources.add(Backbone.open(loader.fetch()));
      EncoderOptions options = loader.how(backbone);
      TorchEncoder bare = resources.add(TorchEncoder.open(backbone, options));
      BenchModules modules = new BenchModules(folder, backbone, options.layers());
      if (throughPipeline) {
        measureThroughPipeline(lines, bare, modules, resources);
      } else {
        measure(lines, bare, modules, resources);
      }
    }
    return DONE;
  }

  private void measure(
      List<InputLine> lines, TorchEncoder bare, BenchModules modules, Resources resources)
      throws Exception {
    String mixed = mixName();
    TorchEncoder allMatrices = resources.add(bare.route());
    modules.serve(allMatrices, languages, Set.of(LinearTarget.values()));
    TorchEncoder twoMatrices = resources.add(bare.route());
    modules.serve(twoMatrices, 1, Set.of(LinearTarget.QUERY, LinearTarget.VALUE));
    Supplier<String> first = () -> BenchModules.language(0);
    SequencedMap<String, Way> ways = new LinkedHashMap<>();
    ways.put(BARE, way(bare, lines, first));
    ways.put(TWO_MATRICES, way(twoMatrices, lines, first));
    ways.put(ALL_MATRICES, way(allMatrices, lines, first));
    ways.put(mixed, way(allMatrices, lines, zipf(new Random(SEED))));
    SequencedMap<String, Measurement> measurements = new LinkedHashMap<>();
    ways.forEach((name, way) -> measurements.put(name, () -> rate(way)));
    TextTable table =
        new TextTable(
            "encoding", "tokens/s", "of the bare backbone", "of one language", "filling rows");
    ratios(
        measurements,
        mixed,
        (name, cells) -> {
          cells.add(number("%.2f %%", 100 * fillingShare(Objects.requireNonNull(ways.get(name)))));
          table.row(cells.toArray(String[]::new));
        });
    Way any = ways.firstEntry().getValue();
    report(
        bare,
        lines,
        "%d tokens in %d micro-batches, medians of %d rounds, %s"
            .formatted(
                any.tokens(),
                any.batches().size(),
                bench.rounds(),
                cpuTime ? "CPU time" : "time that passes"),
        table);
  }

  /**
   * What went through a worker: languages of its micro-batches, records of its transactions.
   *
   * @param encodingSeconds in the encoder
   */
  private record Flow(
      MeterSums.Recorded languages, MeterSums.Recorded commits, double encodingSeconds) {
    static Flow of(MeterSums sums) {
      return new Flow(
          sums.recorded("isogloss.worker.batch.languages"),
          sums.recorded("isogloss.worker.commit.records"),
          sums.seconds("isogloss.worker.encode"));
    }

    Flow since(Flow before) {
      return new Flow(
          languages.since(before.languages),
          commits.since(before.commits),
          encodingSeconds - before.encodingSeconds);
    }
  }

  /** All ways through one pipeline: a language without modules is the bare backbone's. */
  private void measureThroughPipeline(
      List<InputLine> lines, TorchEncoder bare, BenchModules modules, Resources resources)
      throws Exception {
    String mixed = mixName();
    TorchEncoder encoder = resources.add(bare.route());
    modules.serve(encoder, languages, Set.of(LinearTarget.values()));
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    OwnPipeline pipeline = OwnPipeline.encodingWith(encoder, model, meters, resources);
    Supplier<String> drawn = zipf(new Random(SEED));
    Map<Integer, String> ofLine = new HashMap<>();
    lines.forEach(line -> ofLine.put(line.number(), drawn.get()));
    SequencedMap<String, Function<InputLine, String>> ways = new LinkedHashMap<>();
    ways.put(BARE, line -> BenchModules.WITHOUT_MODULES);
    ways.put(ALL_MATRICES, line -> BenchModules.language(0));
    ways.put(mixed, line -> ofLine.getOrDefault(line.number(), BenchModules.language(0)));
    SequencedMap<String, EncodingRun> runs = new LinkedHashMap<>();
    for (var way : ways.entrySet()) {
      PipelineLineEncoder through =
          resources.add(new PipelineLineEncoder(pipeline, PATIENCE, way.getValue()));
      runs.put(way.getKey(), new EncodingRun(through, lines));
    }
    SequencedMap<String, Measurement> measurements = new LinkedHashMap<>();
    Map<String, Flow> flows = new HashMap<>();
    Map<String, Double> encoding = new HashMap<>();
    MeterSums sums = new MeterSums(meters);
    runs.forEach(
        (name, run) ->
            measurements.put(
                name,
                () -> {
                  Flow before = Flow.of(sums);
                  double rate = run.tokensPerSecond();
                  Flow flow = Flow.of(sums).since(before);
                  flows.put(name, flow);
                  encoding.put(name, flow.encodingSeconds() * rate / run.tokens());
                  return rate;
                }));
    TextTable table =
        new TextTable(
            "through the pipeline",
            "tokens/s",
            "of the bare backbone",
            "of one language",
            "micro-batches",
            "languages a micro-batch",
            "transactions",
            "of the time in the encoder");
    ratios(
        measurements,
        mixed,
        (name, cells) -> {
          Flow flow = Objects.requireNonNull(flows.get(name));
          cells.add(Long.toString(flow.languages().times()));
          cells.add(number("%.1f", flow.languages().mean()));
          cells.add(Long.toString(flow.commits().times()));
          cells.add(number("%.3f", encoding.getOrDefault(name, Double.NaN)));
          table.row(cells.toArray(String[]::new));
        });
    report(
        bare,
        lines,
        "%d tokens, medians of %d rounds, counts and shares of the last"
            .formatted(runs.firstEntry().getValue().tokens(), bench.rounds()),
        table);
  }

  /** Measures all ways; each gets its rate, and what that is of the bare backbone and of one. */
  private void ratios(
      SequencedMap<String, Measurement> measurements,
      String mixed,
      BiConsumer<String, List<String>> rows)
      throws Exception {
    SequencedMap<String, Double> medians =
        InterleavedRounds.medians(
            measurements,
            bench.rounds(),
            (name, round) -> terminal().note("round %d: %s", round, name));
    double ofBare = medians.getOrDefault(BARE, Double.NaN);
    double ofOne = medians.getOrDefault(ALL_MATRICES, Double.NaN);
    String command = throughPipeline ? "bench modules --pipeline" : "bench modules";
    bars.atLeast(
        BAR_OF_BARE,
        command,
        "one language's modules, of the bare backbone's rate",
        ofOne / ofBare);
    bars.atLeast(
        BAR_OF_ONE,
        command,
        "a mix of %d languages, of one language's rate".formatted(languages),
        medians.getOrDefault(mixed, Double.NaN) / ofOne);
    medians.forEach(
        (name, rate) ->
            rows.accept(
                name,
                new ArrayList<>(
                    List.of(
                        name,
                        number("%.0f", rate),
                        number("%.3f", rate / ofBare),
                        name.equals(mixed) ? number("%.3f", rate / ofOne) : ""))));
  }

  private void report(TorchEncoder bare, List<InputLine> lines, String how, TextTable table) {
    terminal()
        .out()
        .printf(
            "%s, %d layers, %s, %d threads, %d sentences, %s%n%n%s",
            bare.description().backboneName(),
            bare.description().layers(),
            bare.description().precision(),
            model.threads(),
            lines.size(),
            how,
            table.markdown());
  }

  private String mixName() {
    return "%d languages (Zipf), each as above".formatted(languages);
  }

  private double rate(Way way) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long cpu = threads.getCurrentThreadCpuTime();
    long started = System.nanoTime();
    way.encode();
    long nanos = cpuTime ? threads.getCurrentThreadCpuTime() - cpu : System.nanoTime() - started;
    return way.tokens() * (double) TimeUnit.SECONDS.toNanos(1) / nanos;
  }

  /** Of the rows that the dense layers run over. */
  private static double fillingShare(Way way) {
    TorchEncoder.ComputedRows before = way.encoder().computedRows();
    way.encode();
    TorchEncoder.ComputedRows after = way.encoder().computedRows();
    return 1 - (after.tokens() - before.tokens()) / (double) (after.rows() - before.rows());
  }

  private Way way(TorchEncoder encoder, List<InputLine> lines, Supplier<String> language) {
    MicroBatcher<TokenizedSentence> batcher =
        new MicroBatcher<>(
            new BatchPolicy(model.tokenBudget(), Duration.ZERO, LOOK_AHEAD, BatchCost.PACKED),
            System::nanoTime);
    for (InputLine line : lines) {
      SentenceRequest request =
          new SentenceRequest(line.text(), language.get(), Set.of(View.CROSS_LINGUAL));
      switch (encoder.prepare(request)) {
        case Rejected rejected -> terminal().note("left out: %s", rejected.message());
        case TokenizedSentence sentence ->
            batcher.add(sentence, sentence.language(), sentence.tokens().length());
      }
    }
    List<List<TokenizedSentence>> batches = new ArrayList<>();
    long tokens = 0;
    for (Optional<MicroBatch<TokenizedSentence>> batch = batcher.flush();
        batch.isPresent();
        batch = batcher.flush()) {
      batches.add(batch.get().items());
      tokens += batch.get().tokens();
    }
    if (batches.isEmpty()) {
      throw new IsoglossException(ErrorCode.BAD_INPUT_FILE, "no line can be encoded");
    }
    return new Way(encoder, batches, tokens);
  }

  /** The n-th language with a probability of 1/n of the first one's. */
  private Supplier<String> zipf(Random random) {
    double[] upTo = new double[languages];
    double sum = 0;
    for (int i = 0; i < languages; i++) {
      sum += 1.0 / (i + 1);
      upTo[i] = sum;
    }
    double all = sum;
    return () -> {
      double drawn = random.nextDouble() * all;
      int i = 0;
      while (i < languages - 1 && upTo[i] < drawn) {
        i++;
      }
      return BenchModules.language(i);
    };
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
