package org.isogloss.trainer.command;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.isogloss.encoder.module.LinearTarget;
import org.isogloss.encoder.module.LoraShape;
import org.isogloss.trainer.data.TrainingReader;
import org.isogloss.trainer.fit.Beginning;
import org.isogloss.trainer.promotion.HeldOutItems;
import org.isogloss.trainer.sentence.SentenceEncodingData;
import org.isogloss.trainer.sentence.SentenceEncodingSettings;
import org.isogloss.trainer.sentence.SentenceEncodingTrainer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains the sentence encoding of one language. */
@Command(
    name = "encode",
    description = {
      "Trains a language module's sentence encoding: LoRA learns from paraphrases of the",
      "language by multiple-negatives ranking, anew or from the one that is lent. With --text each",
      "sentence of plain text is its own paraphrase (SimCSE), and --pairs score the run only: for",
      "languages with few paraphrases. Checkpoints and",
      "the curve lie in OUT.training;",
      "the same command goes on from there."
    })
final class TrainEncodeCommand extends TrainerCommand implements Measurable {
  private static final int DEFAULT_RANK = 8;
  private static final Set<LinearTarget> DEFAULT_TARGETS =
      Set.of(LinearTarget.QUERY, LinearTarget.VALUE);

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
      names = "--text",
      arity = "1..*",
      split = ",",
      paramLabel = "FILE",
      description = "Plain text to learn from, one sentence a line; .gz is understood.")
  private List<Path> text = List.of();

  @Option(
      names = "--state-dropout",
      paramLabel = "X",
      description = "With --text: share of the states' values that is left out, 0.1 unless given.")
  private @Nullable Double stateDropout;

  @Option(
      names = "--language-module",
      paramLabel = "DIR",
      description = "The language module to begin from; the bare backbone if absent.")
  private @Nullable Path languageModule;

  @Mixin private final SentenceEncodingOption sentenceEncoding = new SentenceEncodingOption();

  @Option(
      names = "--rank",
      paramLabel = "N",
      description = "Of LoRA, 8 unless given; its alpha is the same.")
  private @Nullable Integer rank;

  @Option(
      names = "--targets",
      split = ",",
      paramLabel = "MATRICES",
      description =
          "Which matrices carry LoRA, query,value unless given: ${COMPLETION-CANDIDATES}.")
  private @Nullable Set<LinearTarget> targets;

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
      description = {
        "A tenth of the pairs, at most so many, is held out and scores the run; with --text all",
        "pairs, at most so many."
      })
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
    sentenceEncoding.check(this);
    require(
        sentenceEncoding.of().isEmpty() || (rank == null && targets == null),
        "a sentence encoding that is lent has its rank and matrices: --sentence-encoding-of goes"
            + " without --rank and --targets");
    require(
        stateDropout == null || !text.isEmpty(),
        "--state-dropout is for --text: noise tells a sentence from itself");
    settings();
  }

  private SentenceEncodingSettings settings() {
    int ofLora = rank == null ? DEFAULT_RANK : rank;
    Set<LinearTarget> carrying = targets == null ? DEFAULT_TARGETS : targets;
    return option(
        () ->
            new SentenceEncodingSettings(
                new LoraShape(ofLora, ofLora, carrying),
                scale,
                stateDropout == null ? SentenceEncodingSettings.STATE_DROPOUT : stateDropout,
                loop.stage(developmentPairs, output)));
  }

  @Override
  public HeldOutItems heldOut() {
    return HeldOutItems.paraphrases(
        output.language(), data().heldOut(settings().stage().heldOut()));
  }

  private SentenceEncodingData data() {
    TrainingReader reader = guard.reader();
    return text.isEmpty()
        ? new SentenceEncodingData.Paraphrases(reader.paraphrases(pairs))
        : new SentenceEncodingData.PlainText(reader.monolingual(text), reader.paraphrases(pairs));
  }

  @Override
  void run() {
    SentenceEncodingData data = data();
    try (OpenedModel opened = OpenedModel.open(model, terminal())) {
      terminal()
          .report(
              new SentenceEncodingTrainer(opened.site(model.trainingThreads(), terminal()))
                  .train(
                      output.language(),
                      data,
                      new Beginning(Optional.ofNullable(languageModule), sentenceEncoding.of()),
                      settings(),
                      output.directory()));
    }
  }
}
