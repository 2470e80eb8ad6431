package org.isogloss.trainer.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.isogloss.encoder.backbone.BackboneConfig;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.encode.EncoderDescription;
import org.isogloss.encoder.module.LoraShape;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.ModuleTensors;
import org.isogloss.encoder.module.PeftLora;
import org.isogloss.encoder.module.PostProcessing;
import org.isogloss.encoder.space.View;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.trainer.data.DataFile;
import org.isogloss.trainer.data.MonolingualCorpus;
import org.isogloss.trainer.data.NewFolder;
import org.isogloss.trainer.fit.FittedModule;
import org.isogloss.trainer.fit.ModuleWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes a language module of adapters that others trained. */
@Command(
    name = "import",
    description = {
      "Makes a language module of LoRA adapters in the layout of Hugging Face's PEFT",
      "(adapter_config.json, adapter_model.safetensors), over the same backbone and layers.",
      "What a module cannot express, such as DoRA or trained biases, is refused."
    })
final class ModulesImportCommand extends TrainerCommand {
  @Option(
      names = "--language-adaptation",
      paramLabel = "DIR",
      description = "The adapter that was trained on masked words of the language.")
  private @Nullable Path languageAdaptation;

  @Option(
      names = "--sentence-encoding",
      paramLabel = "DIR",
      description = "The adapter that was trained to tell sentences apart.")
  private @Nullable Path sentenceEncoding;

  @Option(
      names = "--mono",
      required = true,
      arity = "1..*",
      split = ",",
      paramLabel = "FILE",
      description = "Plain text, one sentence a line; a few sentences become the self-tests.")
  private List<Path> mono = List.of();

  @Mixin private final StorageOptions storage = new StorageOptions();
  @Mixin private final ModuleOutput output = new ModuleOutput();
  @Mixin private final GuardOptions guard = new GuardOptions();

  ModulesImportCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void check() {
    output.check();
    require(
        languageAdaptation != null || sentenceEncoding != null,
        "name an adapter: --language-adaptation DIR, --sentence-encoding DIR, or both");
  }

  @Override
  void run() {
    NewFolder.requireAbsent(output.directory());
    MonolingualCorpus text = guard.reader().monolingual(mono);
    try (OpenedModel opened = OpenedModel.open(model, terminal())) {
      EncoderDescription encoder = opened.encoder().description();
      Map<String, TensorEntry> tensors = new HashMap<>();
      Map<String, String> lineage = new TreeMap<>();
      lineage.put("method", "import peft");
      Optional<LoraShape> adaptation =
          take(
              Optional.ofNullable(languageAdaptation),
              ModuleTensors.LANGUAGE_ADAPTATION,
              opened.backbone().config(),
              encoder.layers(),
              tensors,
              lineage);
      Optional<LoraShape> encoding =
          take(
              Optional.ofNullable(sentenceEncoding),
              ModuleTensors.SENTENCE_ENCODING,
              opened.backbone().config(),
              encoder.layers(),
              tensors,
              lineage);
      output.dataLicence().ifPresent(licence -> lineage.put("data_licence", licence));
      lineage.putAll(DataFile.lineage(text.files()));
      FittedModule module =
          new ModuleWriter(opened.backbone(), opened.encoder())
              .write(
                  tests ->
                      new ModuleManifest.Language(
                          output.language(),
                          new ModuleManifest.Common(
                              encoder.backbone(),
                              encoder.layers(),
                              encoder.dimension(),
                              encoder.pooling(),
                              lineage,
                              Map.of(),
                              output.licence(),
                              tests),
                          Optional.empty(),
                          adaptation,
                          encoding,
                          PostProcessing.NONE),
                  tensors,
                  Optional.empty(),
                  output.directory(),
                  text.sentences(),
                  View.MONOLINGUAL,
                  ModuleWriter.Trial.ofLanguage(output.language()),
                  storage.storage());
      terminal().report(module);
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.OUTPUT_FAILED,
          "the module %s: %s".formatted(output.directory(), e.getMessage()),
          e);
    }
  }

  private static Optional<LoraShape> take(
      Optional<Path> adapter,
      String stage,
      BackboneConfig backbone,
      int layers,
      Map<String, TensorEntry> tensors,
      Map<String, String> lineage) {
    return adapter.map(
        directory -> {
          PeftLora lora = PeftLora.read(directory, stage, backbone);
          if (lora.layers() != layers) {
            throw new IsoglossException(
                ErrorCode.BAD_MODULE,
                "%s carries %d layers, and %d run; choose as many with --layers"
                    .formatted(directory, lora.layers(), layers));
          }
          tensors.putAll(lora.tensors());
          lineage.put(stage, lora.weights().hex());
          return lora.shape();
        });
  }
}
