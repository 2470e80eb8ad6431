package org.isogloss.trainer.command;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.isogloss.encoder.module.AdapterShape;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.trainer.crosslingual.AffineStart;
import org.isogloss.trainer.crosslingual.AlignmentLoss;
import org.isogloss.trainer.crosslingual.AlignmentSettings;
import org.isogloss.trainer.crosslingual.AlignmentTrainer;
import org.isogloss.trainer.crosslingual.Sources;
import org.isogloss.trainer.crosslingual.Strategy;
import org.isogloss.trainer.data.ParallelCorpus;
import org.isogloss.trainer.data.TrainingReader;
import org.isogloss.trainer.fit.FittedModule;
import org.isogloss.trainer.promotion.HeldOutItems;
import org.isogloss.trainer.stage.TrainingSite;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains one alignment module. */
@Command(
    name = "align",
    description = {
      "Trains an alignment module: a parallel adapter brings a language's sentences to the",
      "vectors of their English translations or paraphrases; only the adapter learns, and",
      "perhaps the affine map it begins behind. Checkpoints and the curve lie in OUT.training;",
      "the same command goes on from there."
    })
final class TrainAlignCommand extends TrainerCommand implements Measurable {
  @Mixin private final ModuleOutput output = new ModuleOutput();
  @Mixin private final GuardOptions guard = new GuardOptions();
  @Mixin private final LoopOptions loop = new LoopOptions();

  @Option(
      names = "--parallel",
      arity = "1..*",
      split = ",",
      paramLabel = "FILE",
      description = "Translations: TSV whose header names the language and en; .gz is understood.")
  private List<Path> parallel = List.of();

  @Option(
      names = "--paraphrase",
      arity = "1..*",
      split = ",",
      paramLabel = "FILE",
      description = "Sentences and paraphrases of their translations, in the same format.")
  private List<Path> paraphrase = List.of();

  @Option(
      names = "--interface",
      arity = "1..*",
      split = ",",
      paramLabel = "FILE",
      description = {
        "More translations: short strings of user interfaces. They make up no more than",
        "--interface-share of a batch, and score nothing where there are others."
      })
  private List<Path> interfaceStrings = List.of();

  @Option(
      names = "--interface-share",
      paramLabel = "X",
      defaultValue = "0.15",
      description = "At most this share of a batch's examples.")
  private double interfaceShare = 0.15;

  @Option(
      names = "--source-weights",
      paramLabel = "size|root",
      defaultValue = "size",
      description = {
        "What files of translations share an epoch by: their sizes, so that every pair comes once, or",
        "the roots of those, so that small files come up more often."
      })
  private SourceWeights sourceWeights = SourceWeights.SIZE;

  @Option(
      names = "--dev",
      arity = "1..*",
      split = ",",
      paramLabel = "FILE",
      description = {
        "Translations that score the run; a tenth of the training data, at most --dev-pairs, is",
        "held out unless given."
      })
  private List<Path> development = List.of();

  @Option(
      names = "--dev-pairs",
      paramLabel = "N",
      defaultValue = "500",
      description = "At most so many pairs score the run.")
  private int developmentPairs = 500;

  @Option(
      names = "--strategy",
      paramLabel = "paraphrase|parallel|both",
      description = "What trains; by what is given, unless said.")
  private @Nullable Strategy strategy;

  @Option(
      names = "--loss",
      paramLabel = "bank-cosine|bank|contrastive-cosine|contrastive|cosine|squared",
      defaultValue = "bank-cosine",
      description = "For translations. bank: softmax over all English vectors of the data.")
  private String loss = AlignmentLoss.BANK_COSINE.label();

  @Option(
      names = "--paraphrase-loss",
      paramLabel = "contrastive|…",
      defaultValue = "contrastive",
      description = "For paraphrases.")
  private String paraphraseLoss = AlignmentLoss.CONTRASTIVE.label();

  @Option(
      names = "--temperature",
      paramLabel = "X",
      defaultValue = "0.05",
      description = "Of the softmaxes over cosines.")
  private double temperature = 0.05;

  @Option(
      names = "--same-from",
      paramLabel = "COSINE",
      defaultValue = "0.9",
      description = "English vectors this close to each other are not told apart.")
  private double sameFrom = 0.9;

  @Option(
      names = "--hard-negatives",
      paramLabel = "N",
      defaultValue = "0",
      description = {
        "So many English vectors of the data, those closest to a sentence, join its batch's as",
        "negatives of contrastive losses."
      })
  private int hardNegatives;

  @Option(
      names = "--dropout",
      paramLabel = "X",
      defaultValue = "0",
      description = "Share of the adapter's units that each batch leaves out.")
  private double dropout;

  @Option(
      names = "--bottleneck",
      paramLabel = "N",
      defaultValue = "64",
      description = "Of the adapter.")
  private int bottleneck = 64;

  @Option(
      names = "--adapter-scale",
      paramLabel = "X",
      defaultValue = "4",
      description = "What the adapter's output is multiplied by.")
  private double adapterScale = 4;

  @Option(
      names = "--start",
      paramLabel = "zero|procrustes|ridge|anchored",
      defaultValue = "anchored",
      description = "The affine map, in closed form, that the adapter begins behind.")
  private AffineStart start = AffineStart.ANCHORED;

  @Option(
      names = "--start-adapter",
      paramLabel = "DIR",
      description = {
        "Begins as another language's alignment, a related one's: its adapter, cut to the strongest",
        "units where --bottleneck is smaller, and its affine map if it has one, in the place of",
        "--start."
      })
  private @Nullable Path related;

  @Option(
      names = "--vector-cache",
      paramLabel = "DIR",
      description = {
        "Keeps the vectors of sentences there, by all that decides them, and takes those that other",
        "runs have left: runs towards the same English encode it once. May be deleted at any time."
      })
  private @Nullable Path vectorCache;

  @Option(names = "--train-affine", description = "The affine map goes on learning too.")
  private boolean trainAffine;

  @Option(
      names = "--language-module",
      paramLabel = "DIR",
      description = "The language module it is made for; the bare backbone if absent.")
  private @Nullable Path languageModule;

  @Option(
      names = "--pivot-module",
      paramLabel = "DIR",
      description = "English's module it is made for; the bare backbone if absent.")
  private @Nullable Path pivotModule;

  @Option(
      names = "--table-out",
      paramLabel = "DIR",
      description = {
        "The language module's own table learns along (a departure from the paper); the language",
        "module with what it learnt is written here, and the alignment is made for that one."
      })
  private @Nullable Path tableOut;

  TrainAlignCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  boolean heedsStop() {
    return true;
  }

  @Override
  void check() {
    output.check();
    if (output.language().equals(ModuleManifest.PIVOT)) {
      throw wronglyCalled("English is the pivot: others are aligned to it, it is not aligned");
    }
    if (strategy() != Strategy.PARAPHRASE && parallel.isEmpty() && interfaceStrings.isEmpty()) {
      throw wronglyCalled("translations train this strategy: give --parallel FILE");
    }
    if (strategy() != Strategy.PARALLEL && paraphrase.isEmpty()) {
      throw wronglyCalled("paraphrases train this strategy: give --paraphrase FILE");
    }
    if (tableOut != null && languageModule == null) {
      throw wronglyCalled("a table learns along: --table-out wants its --language-module");
    }
    if (tableOut != null) {
      requireApart(tableOut, output.directory());
      requireApart(tableOut, TrainingSite.beside(output.directory()));
    }
    if (related != null
        && spec != null
        && spec.commandLine().getParseResult().hasMatchedOption("--start")) {
      throw wronglyCalled("--start-adapter says where it begins, not --start");
    }
    settings();
  }

  @Override
  void checkAsStep() {
    require(
        tableOut == null,
        "a step of a plan or a job makes one folder: --table-out belongs to a command of its own,"
            + " or take the stage language");
  }

  private enum SourceWeights {
    SIZE,
    ROOT
  }

  private void requireApart(Path table, Path other) {
    Path first = table.toAbsolutePath().normalize();
    Path second = other.toAbsolutePath().normalize();
    require(
        !first.startsWith(second) && !second.startsWith(first),
        "--table-out %s and %s lie in each other".formatted(table, other));
  }

  private Strategy strategy() {
    if (strategy != null) {
      return strategy;
    }
    if (paraphrase.isEmpty()) {
      return Strategy.PARALLEL;
    }
    return parallel.isEmpty() && interfaceStrings.isEmpty() ? Strategy.PARAPHRASE : Strategy.BOTH;
  }

  private AlignmentLoss loss(String option, String label) {
    for (AlignmentLoss each : AlignmentLoss.values()) {
      if (each.label().equals(label)) {
        return each;
      }
    }
    throw wronglyCalled(option + " " + label + " is no loss");
  }

  private AlignmentSettings settings() {
    return option(
        () ->
            new AlignmentSettings(
                strategy(),
                loss("--loss", loss),
                loss("--paraphrase-loss", paraphraseLoss),
                temperature,
                sameFrom,
                hardNegatives,
                dropout,
                sourceWeights == SourceWeights.ROOT,
                interfaceShare,
                new AdapterShape(bottleneck, adapterScale),
                start,
                trainAffine,
                loop.stage(developmentPairs, output)));
  }

  private AlignmentTrainer.Data data() {
    TrainingReader reader = guard.reader();
    return new AlignmentTrainer.Data(
        output.language(),
        Sources.of(eachOf(reader, parallel), eachOf(reader, interfaceStrings)),
        reader.parallel(paraphrase, output.language()),
        development.isEmpty()
            ? Optional.<ParallelCorpus>empty()
            : Optional.of(reader.parallel(development, output.language())),
        Optional.ofNullable(languageModule),
        Optional.ofNullable(pivotModule),
        Optional.ofNullable(related),
        Optional.ofNullable(tableOut));
  }

  private List<ParallelCorpus> eachOf(TrainingReader reader, List<Path> files) {
    return files.stream().map(file -> reader.parallel(List.of(file), output.language())).toList();
  }

  @Override
  public HeldOutItems heldOut() {
    return HeldOutItems.translations(
        output.language(), AlignmentTrainer.heldOut(data(), settings()));
  }

  @Override
  void run() {
    AlignmentTrainer.Data data = data();
    try (OpenedModel opened = OpenedModel.open(model, terminal())) {
      FittedModule module =
          new AlignmentTrainer(
                  opened.site(model.trainingThreads(), terminal()),
                  terminal().progress(),
                  Optional.ofNullable(vectorCache))
              .train(data, settings(), output.directory());
      terminal().report(module);
    }
  }
}
