package org.isogloss.trainer.sentence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.RandomBackbone;
import org.isogloss.encoder.engine.EncoderOptions;
import org.isogloss.encoder.engine.OptimiserOptions;
import org.isogloss.encoder.engine.TrainableLanguage;
import org.isogloss.encoder.engine.TrainingEncoder;
import org.isogloss.encoder.module.LinearTarget;
import org.isogloss.encoder.module.LoraShape;
import org.isogloss.encoder.module.ModuleDraft;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.PostProcessing;
import org.isogloss.encoder.tokenize.TokenSequence;
import org.isogloss.trainer.data.KnownMatches;
import org.isogloss.trainer.data.ParaphraseCorpus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SentenceEncodingTaskTest {
  @Test
  void knownParaphrasesAreNoNegatives(@TempDir Path folder) throws IOException {
    RandomBackbone.write(folder.resolve("tiny"), RandomBackbone.Options.TINY);
    try (Backbone backbone = Backbone.open(folder.resolve("tiny"));
        TrainingEncoder encoder =
            TrainingEncoder.open(
                backbone,
                EncoderOptions.onCpu(2).withThreads(1),
                TrainingEncoder.Arithmetic.DOUBLE);
        TrainableLanguage learner =
            encoder.language(
                Optional.of(module(backbone)),
                Optional.empty(),
                tensor -> true,
                OptimiserOptions.DEFAULT)) {
      // One source with two targets.
      assertThat(loss(learner, paraphrase("a", "b"), paraphrase("A!", "c")))
          .isEqualTo(0, within(1e-12));
      // A chain: b is the first's positive and the second's anchor.
      assertThat(loss(learner, paraphrase("a", "b"), paraphrase("b", "c")))
          .isEqualTo(0, within(1e-12));
      // Two sources of one target.
      assertThat(loss(learner, paraphrase("a", "c"), paraphrase("b", "C")))
          .isEqualTo(0, within(1e-12));
      assertThat(loss(learner, paraphrase("a", "b"), paraphrase("c", "d"))).isGreaterThan(0.1);
      // A sentence that is its own paraphrase finds itself among others, with noise less well.
      double itself = loss(learner, paraphrase("a", "a"), paraphrase("b", "b"));
      assertThat(itself).isGreaterThan(0);
      assertThat(loss(learner, 0.1, paraphrase("a", "a"), paraphrase("b", "b")))
          .isGreaterThan(itself);
    }
  }

  private static double loss(TrainableLanguage learner, ParaphraseCorpus.Paraphrase... pairs) {
    return loss(learner, 0, pairs);
  }

  private static double loss(
      TrainableLanguage learner, double stateDropout, ParaphraseCorpus.Paraphrase... pairs) {
    Map<String, Integer> pieces = new HashMap<>();
    List<SentenceEncodingTask.Pair> tokenised =
        List.of(pairs).stream()
            .map(
                pair ->
                    new SentenceEncodingTask.Pair(
                        sentence(pair.first(), pieces), sentence(pair.second(), pieces)))
            .toList();
    return new SentenceEncodingTask(
            learner,
            20,
            tokenised,
            tokenised,
            KnownMatches.ofParaphrases(List.of(pairs)),
            stateDropout,
            1,
            "a test")
        .accumulate(new int[] {0, 1}, 0)
        .loss();
  }

  private static SentenceEncodingTask.Sentence sentence(String text, Map<String, Integer> pieces) {
    int piece = pieces.computeIfAbsent(text, unseen -> 100 + 7 * pieces.size());
    return new SentenceEncodingTask.Sentence(
        new TokenSequence(new int[] {2, piece, piece + 1, 3}, false), KnownMatches.key(text));
  }

  private static ParaphraseCorpus.Paraphrase paraphrase(String first, String second) {
    return new ParaphraseCorpus.Paraphrase(first, second);
  }

  private static ModuleDraft module(Backbone backbone) {
    ModuleManifest manifest =
        new ModuleManifest.Language(
            "de",
            new ModuleManifest.Common(
                backbone.digest(), 2, 32, Map.of(), Map.of(), "none", List.of()),
            Optional.empty(),
            Optional.empty(),
            Optional.of(new LoraShape(2, 2, Set.of(LinearTarget.QUERY))),
            PostProcessing.NONE);
    return ModuleDraft.fresh(manifest, backbone.config(), Map.of(), 1);
  }
}
