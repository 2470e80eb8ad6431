package org.isogloss.streams.command;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.isogloss.encoder.engine.TorchEncoder;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.registry.CachedModules;
import org.isogloss.registry.ModuleAdministration;
import org.isogloss.store.DirectoryModuleStore;
import org.isogloss.store.ModuleCache;
import org.isogloss.streams.mine.ScopePairs;
import org.isogloss.streams.mine.ScopeReader;
import org.isogloss.streams.mine.Sealer;
import org.isogloss.streams.pipeline.Role;
import org.isogloss.streams.pipeline.ServedModules;
import org.isogloss.streams.sample.SampleCorpus;
import org.isogloss.streams.sample.SampleSentence;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows the whole flow on the sample corpus. */
@Command(
    name = "demo",
    description = {
      "Show the whole flow on the sample corpus: a broker in this process, the modules shipped with",
      "the program (a language without one gets a centring module made from the corpus), sentences",
      "in ten languages streamed, encoded, mined against English, and",
      "compared with the known answer; last, a new module goes live while sentences stream.",
      "Fetches the model on first use; leaves nothing else behind."
    })
final class DemoCommand extends IsoglossCommand {
  private static final String SCOPE = "demo";
  private static final String SWAP_SCOPE = "";
  private static final int SWAP_COPIES = 3;
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration LOOK = Duration.ofMillis(200);

  @Mixin ModelOptions model = new ModelOptions();

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Shuffles the corpus.")
  private long seed = 1;

  @Option(
      names = "--best",
      paramLabel = "N",
      defaultValue = "2",
      description = "How many of the best pairs of each language are shown.")
  private int best = 2;

  DemoCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() throws Exception {
    long started = System.nanoTime();
    SampleCorpus corpus = SampleCorpus.load();
    List<SampleSentence> sentences = corpus.sentences(seed);
    OpenedModel.Loader loader = new OpenedModel.Loader(model, common.home(), terminal());
    loader.fetch();
    try (Resources resources = Resources.ofCommand()) {
      Path data = resources.add(TemporaryDirectory.create()).path();
      Logging.toFile(data.resolve("isogloss.log"));
      MeterRegistry meters = new SimpleMeterRegistry();
      terminal().note("starting a broker, the router, the encoder and the miner");
      OpenedModel opened = resources.add(loader.open());
      DirectoryModuleStore store = new DirectoryModuleStore(data.resolve("store"));
      ModuleCache cache = new ModuleCache(store, data.resolve("cache"), 1L << 30);
      OwnPipeline pipeline =
          OwnPipeline.start(
              data,
              EnumSet.allOf(Role.class),
              model,
              new ServedModules.Active(
                  "demo", new CachedModules(cache), new SwitchNotes(terminal())),
              () -> new SharedEncoder(opened),
              meters,
              resources);
      terminal().note("ready after %s", seconds(started));
      try (ModuleAdministration modules =
              new ModuleAdministration(pipeline.kafka(), "demo", InstantSource.system());
          TorchEncoder bare = opened.torch().route()) {
        CentringModules centring = new CentringModules(bare, opened.backbone());
        List<String> names = new ArrayList<>();
        Set<String> wanting = new TreeSet<>(corpus.languages());
        for (Path shipped : ShippedModules.ofLauncher().of(model)) {
          ModuleManifest manifest = ModuleFiles.readManifest(shipped);
          if (corpus.languages().contains(manifest.language())) {
            names.add(modules.publish(shipped, store).name());
            wanting.remove(manifest.language());
          }
        }
        for (String language : wanting) {
          Path module = data.resolve("modules").resolve(language);
          centring.write(module, language, texts(sentences, language), "sample corpus");
          names.add(modules.publish(module, store).name());
        }
        modules.activate(names, false, "for the demo");
        awaitServing(pipeline, opened, names);
        terminal()
            .note(
                "%d modules serve after %s, %d of them centring modules made here",
                names.size(), seconds(started), wanting.size());
        ScopePairs mined = streamAndMine(corpus, sentences, pipeline, meters, started);
        swapLive(corpus, sentences, pipeline, opened, modules, centring, data, store);
        if (mined.sealed().getEmbedded() != sentences.size()) {
          throw new IsoglossException(
              ErrorCode.INTERNAL,
              "%d of %d sentences were embedded"
                  .formatted(mined.sealed().getEmbedded(), sentences.size()));
        }
      }
      terminal().note("%s in all", seconds(started));
    }
    return DONE;
  }

  private ScopePairs streamAndMine(
      SampleCorpus corpus,
      List<SampleSentence> sentences,
      OwnPipeline pipeline,
      MeterRegistry meters,
      long started)
      throws InterruptedException {
    long streamed = System.nanoTime();
    SampleFeed.send(pipeline.kafka(), sentences, SCOPE);
    PipelineCounters counters = new PipelineCounters(meters, System::nanoTime);
    awaitEncoded(pipeline, counters, sentences.size());
    double encodingSeconds = (System.nanoTime() - streamed) / 1e9;
    ScopePairs mined = mine(pipeline, counters);
    terminal()
        .note(
            "%d sentences sealed, %d embedded, %d dead letters, %d pairs; %s so far",
            mined.sealed().getSentences(),
            mined.sealed().getEmbedded(),
            mined.sealed().getDeadLetters(),
            mined.sealed().getPairs(),
            seconds(started));
    terminal()
        .out()
        .print(DemoOutcome.report(corpus, mined.pairs(), counters, encodingSeconds, best).text());
    return mined;
  }

  /** A new version goes live while sentences of its language stream. */
  private void swapLive(
      SampleCorpus corpus,
      List<SampleSentence> sentences,
      OwnPipeline pipeline,
      OpenedModel opened,
      ModuleAdministration modules,
      CentringModules centring,
      Path data,
      DirectoryModuleStore store)
      throws InterruptedException {
    String language = corpus.languages().getLast();
    List<SampleSentence> again = new ArrayList<>();
    for (int copy = 0; copy < SWAP_COPIES; copy++) {
      for (SampleSentence sentence : sentences) {
        if (sentence.language().equals(language)) {
          again.add(
              new SampleSentence(
                  "swap-%d-%s".formatted(copy, sentence.id()), language, sentence.text()));
        }
      }
    }
    List<String> texts = texts(sentences, language);
    Path module = data.resolve("modules").resolve(language + "-next");
    centring.write(
        module, language, texts.subList(0, texts.size() / 2), "half of the sample corpus");
    LiveSwap swap = new LiveSwap(pipeline.kafka());
    terminal().note("live swap: a new %s module goes live while sentences stream", language);
    List<ModuleSelection> before = opened.serving();
    swap.stream(
        again,
        SWAP_SCOPE,
        () ->
            modules.activate(
                List.of(modules.publish(module, store).name()), false, "live swap of the demo"),
        () -> !opened.serving().equals(before),
        PATIENCE);
    LiveSwap.Outcome outcome = swap.await(again, PATIENCE);
    terminal().out().println("live swap: " + outcome.text());
    terminal().out().flush();
    if (outcome.byVersion().size() != 2 || outcome.embeddings() != again.size()) {
      throw new IsoglossException(
          ErrorCode.INTERNAL, "the live swap did not show two versions: " + outcome.text());
    }
  }

  private static List<String> texts(List<SampleSentence> sentences, String language) {
    return sentences.stream()
        .filter(sentence -> sentence.language().equals(language))
        .map(SampleSentence::text)
        .toList();
  }

  private static void awaitServing(OwnPipeline pipeline, OpenedModel opened, List<String> names)
      throws InterruptedException {
    await(
        pipeline,
        () ->
            opened.serving().stream()
                    .flatMap(
                        selection ->
                            Stream.concat(
                                selection.languageModule().stream(),
                                selection.alignmentModule().stream()))
                    .map(ModuleReference::name)
                    .filter(names::contains)
                    .count()
                == names.size(),
        "the modules are not taken up");
  }

  private static String seconds(long sinceNanos) {
    return String.format(Locale.ROOT, "%.1f s", (System.nanoTime() - sinceNanos) / 1e9);
  }

  private void awaitEncoded(OwnPipeline pipeline, PipelineCounters counters, int total)
      throws InterruptedException {
    long started = System.nanoTime();
    try (Progress progress = Progress.of(terminal(), "encoding", total)) {
      Supplier<String> detail =
          () ->
              String.format(
                  Locale.ROOT,
                  "%.0f tokens/s, lag %d; %s",
                  counters.tokens() / Math.max(1e-3, (System.nanoTime() - started) / 1e9),
                  counters.lag(),
                  counters.byLanguage());
      await(
          pipeline,
          () -> {
            long done = counters.sentences() + counters.refused();
            progress.update(done, detail);
            return done >= total;
          },
          "the sentences are not encoded");
    }
  }

  private ScopePairs mine(OwnPipeline pipeline, PipelineCounters counters)
      throws InterruptedException {
    KafkaSettings kafka = pipeline.kafka();
    CompletableFuture<ScopePairs> pairs =
        CompletableFuture.supplyAsync(
            () -> {
              new Sealer(kafka).seal(SCOPE);
              return new ScopeReader(kafka).await(SCOPE, PATIENCE);
            });
    try (Progress progress = Progress.ofUnknownLength(terminal(), "mining, pairs")) {
      await(
          pipeline,
          () -> {
            progress.update(counters.pairs());
            return pairs.isDone();
          },
          "the pairs are not mined");
    }
    try {
      return pairs.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private static void await(OwnPipeline pipeline, BooleanSupplier done, String otherwise)
      throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!done.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new IsoglossException(ErrorCode.TIMED_OUT, otherwise + " after " + PATIENCE);
      }
      try {
        throw pipeline.failure().get(LOOK.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        // Nothing has failed: look again.
      } catch (ExecutionException e) {
        throw new IllegalStateException("a failure is told, never thrown", e);
      }
    }
  }
}
