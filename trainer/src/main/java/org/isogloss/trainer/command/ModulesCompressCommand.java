package org.isogloss.trainer.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.isogloss.encoder.module.ModuleDraft;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.ModulePack;
import org.isogloss.encoder.module.SelfTest;
import org.isogloss.encoder.module.WeightStorage;
import org.isogloss.encoder.space.View;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.trainer.data.NewFolder;
import org.isogloss.trainer.fit.FittedModule;
import org.isogloss.trainer.fit.ModuleFolders;
import org.isogloss.trainer.fit.ModuleWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a module anew in fewer bits. */
@Command(
    name = "compress",
    description = {
      "Writes a module anew in fewer bits; what it says of itself stays, its self-tests are made",
      "again. It is another module then: alignments stay bound to the language module and the pivot",
      "they were made for, so compress those before anything is aligned. Whitening is not fitted",
      "again: fit it after LoRA is in 8 bits, by `modules fit --eight-bit`."
    })
final class ModulesCompressCommand extends TrainerCommand {
  @Parameters(index = "0", paramLabel = "DIR", description = "The module's folder.")
  private Path module = Path.of("");

  @Option(
      names = "--language-module",
      paramLabel = "DIR",
      description =
          "The language module that an alignment is made for; the bare backbone if absent.")
  private @Nullable Path languageModule;

  @Option(
      names = "--pivot-module",
      paramLabel = "DIR",
      description = "English's module that an alignment is made for; the bare backbone if absent.")
  private @Nullable Path pivotModule;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "The new module's folder, which must not exist.")
  private Path out = Path.of("");

  @Mixin private final StorageOptions storage = new StorageOptions();

  ModulesCompressCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void check() {
    require(
        storage.storage() != WeightStorage.AS_GIVEN, "say in how many bits: --fp16 or --eight-bit");
    require(
        ModuleFiles.readManifest(module) instanceof ModuleManifest.Alignment
            || (languageModule == null && pivotModule == null),
        "a language module stands by itself, without --language-module and --pivot-module");
  }

  @Override
  void run() {
    NewFolder.requireAbsent(out);
    try (OpenedModel opened = OpenedModel.open(model, terminal());
        ModuleFiles files = ModuleFolders.files(module, opened.backbone(), opened.encoder())) {
      ModuleManifest manifest = files.manifest();
      String before = ModulePack.digest(module).hex();
      FittedModule made =
          new ModuleWriter(opened.backbone(), opened.encoder())
              .write(
                  tests -> compressed(manifest, before, tests),
                  ModuleDraft.of(files, opened.backbone().config()).tensors(),
                  files.tokenizer(),
                  out,
                  manifest.common().selfTests().stream().map(SelfTest::text).toList(),
                  view(manifest),
                  trial(manifest),
                  storage.storage());
      terminal().report(made);
      terminal()
          .note(String.format(Locale.ROOT, "%,d bytes, %,d before", weights(out), weights(module)));
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.OUTPUT_FAILED, "the module %s: %s".formatted(out, e.getMessage()), e);
    }
  }

  private ModuleManifest compressed(ModuleManifest manifest, String before, List<SelfTest> tests) {
    ModuleManifest.Common common = manifest.common();
    Map<String, String> lineage = new TreeMap<>(common.lineage());
    lineage.put("compressed_from", before);
    return manifest.with(
        new ModuleManifest.Common(
            common.backbone(),
            common.layers(),
            common.dimension(),
            common.pooling(),
            lineage,
            common.metrics(),
            common.licence(),
            tests));
  }

  private static long weights(Path directory) throws IOException {
    return Files.size(directory.resolve("module.safetensors"));
  }

  private static View view(ModuleManifest manifest) {
    return switch (manifest) {
      case ModuleManifest.Language language -> View.MONOLINGUAL;
      case ModuleManifest.Alignment alignment -> View.CROSS_LINGUAL;
    };
  }

  private ModuleWriter.Trial trial(ModuleManifest manifest) {
    return switch (manifest) {
      case ModuleManifest.Language language -> ModuleWriter.Trial.ofLanguage(language.language());
      case ModuleManifest.Alignment alignment ->
          ModuleWriter.Trial.ofAlignment(
              alignment.language(),
              Optional.ofNullable(languageModule),
              Optional.ofNullable(pivotModule));
    };
  }
}
