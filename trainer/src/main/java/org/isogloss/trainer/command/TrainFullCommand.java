package org.isogloss.trainer.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.BackboneCatalogue;
import org.isogloss.encoder.engine.Device;
import org.isogloss.encoder.engine.EncoderOptions;
import org.isogloss.encoder.engine.Precision;
import org.isogloss.encoder.space.Pooling;
import org.isogloss.trainer.data.ParallelCorpus;
import org.isogloss.trainer.data.TrainingReader;
import org.isogloss.trainer.full.FullData;
import org.isogloss.trainer.full.FullSettings;
import org.isogloss.trainer.full.FullStage;
import org.isogloss.trainer.full.FullTrainer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains the monolithic baseline. */
@Command(
    name = "full",
    description = {
      "Trains the baseline: one encoder for all languages, all of its weights. Masked pieces of all",
      "text, then paraphrases within each language, and with mono+cross pairs across languages.",
      "The result is a model's folder, for --model. OUT.training keeps checkpoints, curves and the",
      "weights of every stage; the same command goes on from there."
    })
final class TrainFullCommand extends TrainerCommand {
  @Mixin private final GuardOptions guard = new GuardOptions();
  @Mixin private final LoopOptions loop = new LoopOptions();

  @Option(
      names = "--languages",
      required = true,
      split = ",",
      paramLabel = "CODES",
      description = "Which languages the data is of, English included.")
  private List<String> languages = List.of();

  @Option(
      names = "--stages",
      paramLabel = "mono|mono+cross",
      defaultValue = "mono",
      description = "Whether pairs across languages follow.")
  private String stages = "mono";

  @Option(
      names = "--text",
      arity = "1..*",
      split = ",",
      paramLabel = "FILE",
      description = "Plain text of all languages, one sentence a line; without, no masked pieces.")
  private List<Path> text = List.of();

  @Option(
      names = "--pairs",
      arity = "1..*",
      required = true,
      split = ",",
      paramLabel = "FILE",
      description = "Paraphrases within a language: TSV under sentence1 and sentence2.")
  private List<Path> pairs = List.of();

  @Option(
      names = "--paraphrase",
      arity = "1..*",
      split = ",",
      paramLabel = "FILE",
      description = {
        "Sentences and paraphrases of their English translations, for mono+cross: TSV whose header",
        "names one of the languages and en."
      })
  private List<Path> paraphrase = List.of();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "The model's folder, which must not exist.")
  private Path out = Path.of("");

  @Option(
      names = "--mlm-lr",
      paramLabel = "X",
      defaultValue = "5e-5",
      description = "Learning rate of masked pieces.")
  private double maskedRate = 5e-5;

  @Option(
      names = "--contrastive-lr",
      paramLabel = "X",
      defaultValue = "2e-5",
      description = "Learning rate of pairs.")
  private double contrastiveRate = 2e-5;

  @Option(
      names = "--mlm-steps",
      paramLabel = "N",
      description = "Steps of masked pieces; by --epochs unless given.")
  private @Nullable Long maskedSteps;

  @Option(
      names = "--steps-each",
      paramLabel = "N",
      description = "Steps of each stage with pairs; by --epochs unless given.")
  private @Nullable Long contrastiveSteps;

  @Option(
      names = "--scale",
      paramLabel = "X",
      defaultValue = "20",
      description = "Of cosines in the softmax.")
  private double scale = 20;

  @Option(
      names = "--dev",
      paramLabel = "N",
      defaultValue = "500",
      description = "A tenth of a stage's data, at most so many, is held out and scores it.")
  private int development = 500;

  @Option(
      names = "--licence",
      paramLabel = "TEXT",
      defaultValue = "unstated",
      description = "Of the model, such as CC-BY-4.0.")
  private String licence = "unstated";

  @Option(
      names = "--data-licence",
      paramLabel = "TEXT",
      description = "Of the data; goes into the record.")
  private @Nullable String dataLicence;

  TrainFullCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  boolean heedsStop() {
    return true;
  }

  @Override
  void check() {
    languages.forEach(Languages::check);
    require(!given("--lr"), "--mlm-lr and --contrastive-lr say the learning rates");
    require(!given("--steps"), "--mlm-steps and --steps-each say how many steps");
    require(
        !given("--fp16") && !given("--eight-bit"),
        "an encoder's weights are written in single precision, without --fp16 and --eight-bit");
    require(List.of("mono", "mono+cross").contains(stages), "--stages is mono or mono+cross");
    require(
        stages.equals("mono") == paraphrase.isEmpty(),
        "--paraphrase FILE is what mono+cross learns from, and mono does not");
    settings();
  }

  private boolean given(String option) {
    return spec != null && spec.commandLine().getParseResult().hasMatchedOption(option);
  }

  private FullSettings settings() {
    List<FullStage> chosen = new ArrayList<>();
    if (!text.isEmpty()) {
      chosen.add(FullStage.MASKED);
    }
    chosen.add(FullStage.MONOLINGUAL);
    if (!paraphrase.isEmpty()) {
      chosen.add(FullStage.CROSS_LINGUAL);
    }
    Optional<String> licenceOfData = Optional.ofNullable(dataLicence);
    return option(
        () ->
            new FullSettings(
                chosen,
                loop.stage(development, maskedRate, maskedSteps, licence, licenceOfData),
                loop.stage(development, contrastiveRate, contrastiveSteps, licence, licenceOfData),
                scale));
  }

  private FullData data() {
    TrainingReader reader = guard.reader();
    List<ParallelCorpus> across = new ArrayList<>();
    for (Path file : paraphrase) {
      String language = TrainingReader.languageOf(file);
      require(languages.contains(language), file + " is of " + language + ", none of --languages");
      across.add(reader.parallel(List.of(file), language));
    }
    return new FullData(
        languages,
        reader.monolingual(text),
        reader.paraphrases(pairs),
        FullData.acrossLanguages(across));
  }

  @Override
  void run() {
    FullData data = data();
    Path directory = OpenedModel.fetch(model, terminal());
    FullTrainer trainer =
        new FullTrainer(options(directory), terminal().nanoClock(), terminal().training());
    terminal().out().println(out);
    trainer
        .train(data, settings(), directory, out)
        .forEach((name, score) -> terminal().out().printf(Locale.ROOT, "%s %.4f%n", name, score));
  }

  private EncoderOptions options(Path directory) {
    try (Backbone backbone = Backbone.open(directory)) {
      int layers =
          model
              .layers()
              .or(() -> BackboneCatalogue.find(model.model()).map(BackboneCatalogue::defaultLayers))
              .orElse(backbone.config().layers());
      return option(
          () ->
              new EncoderOptions(
                  layers,
                  Pooling.MEAN,
                  Device.CPU,
                  Precision.FP32,
                  Math.min(model.maxTokens(), backbone.config().maxTokens()),
                  model.trainingThreads()));
    }
  }
}
