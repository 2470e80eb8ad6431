package org.isogloss.trainer.command;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.isogloss.encoder.module.LinearTarget;
import org.isogloss.encoder.module.LoraShape;
import org.isogloss.trainer.data.ParaphraseCorpus;
import org.isogloss.trainer.promotion.HeldOutItems;
import org.isogloss.trainer.sentence.SentenceEncodingSettings;
import org.isogloss.trainer.sentence.SentenceEncodingTrainer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains the sentence encoding of one output.language(). */
@Command(
    name = "encode",
    description = {
      "Trains a language module's sentence encoding: LoRA learns from paraphrases of the",
      "language by multiple-negatives ranking. Checkpoints and the curve lie in OUT.training;",
      "the same command goes on from there."
    })
final class TrainEncodeCommand extends TrainerCommand implements Measurable {
  @Mixin private final ModuleOutput output = new ModuleOutput();
  @Mixin private final GuardOptions guard = new GuardOptions();
  @Mixin private final LoopOptions loop = new LoopOptions();

  @Option(
      names = "--pairs",
      arity = "1..*",
      required = true,
      split = ",",
      paramLabel = "FILE",
      description = "Paraphrases: TSV under sentence1 and sentence2; .gz is understood.")
  private List<Path> pairs = List.of();

  @Option(
      names = "--language-module",
      paramLabel = "DIR",
      description = "The language module to begin from; the bare backbone if absent.")
  private @Nullable Path languageModule;

  @Option(
      names = "--rank",
      paramLabel = "N",
      defaultValue = "8",
      description = "Of LoRA; its alpha is the same.")
  private int rank = 8;

  @Option(
      names = "--targets",
      split = ",",
      paramLabel = "MATRICES",
      defaultValue = "query,value",
      description = "Which matrices carry LoRA: ${COMPLETION-CANDIDATES}.")
  private Set<LinearTarget> targets = EnumSet.of(LinearTarget.QUERY, LinearTarget.VALUE);

  @Option(
      names = "--scale",
      paramLabel = "X",
      defaultValue = "20",
      description = "Of cosines in the softmax.")
  private double scale = 20;

  @Option(
      names = "--dev-pairs",
      paramLabel = "N",
      defaultValue = "500",
      description = "A tenth of the pairs, at most so many, is held out and scores the run.")
  private int developmentPairs = 500;

  TrainEncodeCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  boolean heedsStop() {
    return true;
  }

  @Override
  void check() {
    output.check();
    settings();
  }

  private SentenceEncodingSettings settings() {
    return option(
        () ->
            new SentenceEncodingSettings(
                new LoraShape(rank, rank, targets), scale, loop.stage(developmentPairs, output)));
  }

  @Override
  public HeldOutItems heldOut() {
    return HeldOutItems.paraphrases(
        output.language(),
        SentenceEncodingTrainer.heldOut(guard.reader().paraphrases(pairs), settings()));
  }

  @Override
  void run() {
    ParaphraseCorpus corpus = guard.reader().paraphrases(pairs);
    try (OpenedModel opened = OpenedModel.open(model, terminal())) {
      terminal()
          .report(
              new SentenceEncodingTrainer(opened.site(model.trainingThreads(), terminal()))
                  .train(
                      output.language(),
                      corpus,
                      Optional.ofNullable(languageModule),
                      settings(),
                      output.directory()));
    }
  }
}
