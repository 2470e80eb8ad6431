package org.isogloss.trainer.command;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.isogloss.encoder.module.LinearTarget;
import org.isogloss.encoder.module.LoraShape;
import org.isogloss.trainer.adapt.AdaptationSettings;
import org.isogloss.trainer.adapt.LanguageAdaptationTrainer;
import org.isogloss.trainer.data.MonolingualCorpus;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Adapts to one output.language(). */
@Command(
    name = "adapt",
    description = {
      "Trains a language module's adaptation: LoRA, and the embedding table if the module has one",
      "of its own, learn from plain text by predicting masked pieces. Checkpoints and the curve",
      "lie in OUT.training; the same command goes on from there."
    })
final class TrainAdaptCommand extends TrainerCommand {
  @Mixin private final ModuleOutput output = new ModuleOutput();
  @Mixin private final GuardOptions guard = new GuardOptions();
  @Mixin private final LoopOptions loop = new LoopOptions();

  @Option(
      names = "--text",
      arity = "1..*",
      required = true,
      split = ",",
      paramLabel = "FILE",
      description = "Plain text, one sentence a line; .gz is understood.")
  private List<Path> text = List.of();

  @Option(
      names = "--language-module",
      paramLabel = "DIR",
      description = "The language module to begin from; the bare backbone if absent.")
  private @Nullable Path languageModule;

  @Option(
      names = "--rank",
      paramLabel = "N",
      defaultValue = "16",
      description = "Of LoRA; its alpha is the same.")
  private int rank = 16;

  @Option(
      names = "--targets",
      split = ",",
      paramLabel = "MATRICES",
      defaultValue = "query,key,value,attention_output,intermediate,output",
      description = "Which matrices carry LoRA: ${COMPLETION-CANDIDATES}.")
  private Set<LinearTarget> targets = EnumSet.allOf(LinearTarget.class);

  @Option(
      names = "--dev-sentences",
      paramLabel = "N",
      defaultValue = "500",
      description = "A tenth of the sentences, at most so many, is held out and scores the run.")
  private int developmentSentences = 500;

  TrainAdaptCommand(Terminal terminal) {
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

  private AdaptationSettings settings() {
    return option(
        () ->
            new AdaptationSettings(
                new LoraShape(rank, rank, targets), loop.stage(developmentSentences, output)));
  }

  @Override
  void run() {
    MonolingualCorpus corpus = guard.reader().monolingual(text);
    try (OpenedModel opened = OpenedModel.open(model, terminal())) {
      terminal()
          .report(
              new LanguageAdaptationTrainer(opened.site(model.trainingThreads(), terminal()))
                  .train(
                      output.language(),
                      corpus,
                      Optional.ofNullable(languageModule),
                      settings(),
                      output.directory()));
    }
  }
}
