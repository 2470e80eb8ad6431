package org.isogloss.trainer.stage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.encode.Rejected;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.engine.EncoderOptions;
import org.isogloss.encoder.engine.TorchEncoder;
import org.isogloss.encoder.engine.TrainingEncoder;
import org.isogloss.encoder.module.ModuleDraft;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.SelfTest;
import org.isogloss.encoder.space.View;
import org.isogloss.encoder.tokenize.TokenSequence;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.trainer.data.NewFolder;
import org.isogloss.trainer.fit.FittedModule;
import org.isogloss.trainer.fit.ModuleFolders;
import org.isogloss.trainer.loop.LoopListener;
import org.isogloss.trainer.loop.LoopResult;
import org.isogloss.trainer.loop.TrainingLoop;
import org.isogloss.trainer.loop.TrainingTask;

/**
 * Where modules are trained. Backbone and encoder stay the caller's; what the encoder serves does
 * not matter.
 *
 * @param options of the training: layers and pooling are the encoder's
 */
public record TrainingSite(
    Backbone backbone,
    TorchEncoder encoder,
    EncoderOptions options,
    LongSupplier nanoClock,
    LoopListener listener) {
  /** Makes a module by way of a route of its own, which it does not close. */
  @FunctionalInterface
  public interface Making {
    FittedModule on(TorchEncoder route) throws IOException;
  }

  /**
   * Makes a module.
   *
   * @param out its directory, which must not exist
   * @throws IsoglossException OUTPUT_FAILED, or what the making throws
   */
  public FittedModule make(Path out, Making making) {
    NewFolder.requireAbsent(out);
    try (TorchEncoder route = encoder.route()) {
      return making.on(route);
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.OUTPUT_FAILED, "the module " + out + " cannot be made: " + e.getMessage(), e);
    }
  }

  /** The files of a module to begin from; the caller closes them. */
  public Optional<ModuleFiles> open(Optional<Path> module) {
    return module.map(folder -> ModuleFolders.files(folder, backbone, encoder));
  }

  /** The backbone as training runs it; the caller closes it. */
  public TrainingEncoder openForTraining() {
    return TrainingEncoder.open(backbone, options, TrainingEncoder.Arithmetic.SINGLE);
  }

  /** Runs the loop, or goes on where a run that was killed had come to. */
  public LoopResult run(TrainingTask task, StageSettings settings, Path out, String title)
      throws IOException {
    return new TrainingLoop(settings.loop(), nanoClock, listener).run(task, beside(out), title);
  }

  /** The folder beside a module's, where checkpoints and curve of its training lie. */
  public static Path beside(Path out) {
    return out.resolveSibling(out.getFileName() + ".training");
  }

  /** A module's tensors after training; what learnt and is no part of the module is left out. */
  public static Map<String, TensorEntry> learnt(ModuleDraft draft, LoopResult result) {
    Map<String, TensorEntry> tensors = new LinkedHashMap<>(draft.tensors());
    result.best().forEach((name, tensor) -> tensors.computeIfPresent(name, (n, old) -> tensor));
    return tensors;
  }

  public ModuleManifest.Common common(
      StageSettings settings,
      Map<String, String> lineage,
      Map<String, Double> metrics,
      List<SelfTest> tests) {
    return new ModuleManifest.Common(
        backbone.digest(),
        options.layers(),
        encoder.dimension(),
        options.pooling(),
        lineage,
        metrics,
        settings.licence(),
        tests);
  }

  /** What of a run's fingerprint is the site's. */
  public String fingerprint() {
    return "backbone:%s layers:%d tokens:%d"
        .formatted(backbone.digest().abbreviated(), options.layers(), options.maxTokens());
  }

  /** A sentence's tokens by the tokenizer that serves its language; empty if it is refused. */
  public static Optional<TokenSequence> tokens(TorchEncoder route, String text, String language) {
    return switch (route.prepare(new SentenceRequest(text, language, Set.of(View.MONOLINGUAL)))) {
      case TokenizedSentence sentence -> Optional.of(sentence.tokens());
      case Rejected rejected -> Optional.empty();
    };
  }
}
