package org.isogloss.trainer.command;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiFunction;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.space.ModuleKind;
import org.isogloss.trainer.data.MonolingualCorpus;
import org.isogloss.trainer.data.ParallelCorpus;
import org.isogloss.trainer.data.TrainingReader;
import org.isogloss.trainer.fit.Beginning;
import org.isogloss.trainer.fit.FitMethod;
import org.isogloss.trainer.fit.FitSettings;
import org.isogloss.trainer.fit.FittedModule;
import org.isogloss.trainer.fit.ModuleFitter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes modules in closed form. */
@Command(
    name = "fit",
    description = {
      "Makes a module in closed form, in minutes.",
      "center and whiten make a language module from plain text (--mono).",
      "The others make an alignment module from translations into English",
      "(--parallel), bound to the modules of both languages it was fitted through.",
      "Several methods of one kind encode their sentences once; each has a folder under --out."
    })
final class FitCommand extends TrainerCommand {
  @Option(
      names = "--method",
      required = true,
      split = ",",
      paramLabel = "METHOD",
      description = {
        "The closed form, or several: center, whiten;",
        "anchored, procrustes, whitened_procrustes, ridge, cca."
      })
  private List<FitMethod> methods = List.of();

  @Option(
      names = "--mono",
      arity = "1..*",
      split = ",",
      paramLabel = "FILE",
      description = "Plain text, one sentence a line; .gz is understood.")
  private List<Path> mono = List.of();

  @Option(
      names = "--parallel",
      arity = "1..*",
      split = ",",
      paramLabel = "FILE",
      description = "Translations: TSV whose header names the language and en; .gz is understood.")
  private List<Path> parallel = List.of();

  @Option(
      names = "--language-module",
      paramLabel = "DIR",
      description = {
        "The language module an alignment is made for, or that center and whiten fit anew: its",
        "transliteration, tokenizer, table and LoRA stay, but for a sentence encoding where another is lent. The",
        "bare backbone if absent."
      })
  private @Nullable Path languageModule;

  @Mixin private final SentenceEncodingOption sentenceEncoding = new SentenceEncodingOption();

  @Mixin private final TransliterationOption transliteration = new TransliterationOption();

  @Option(
      names = "--pivot-module",
      paramLabel = "DIR",
      description = "English's module an alignment is made for; the bare backbone if absent.")
  private @Nullable Path pivotModule;

  @Option(
      names = "--strength",
      paramLabel = "X",
      description =
          "Regularisation of whiten, ridge and cca, relative to the mean variance, 0.1 unless "
              + "given; how fast anchored is held to the identity, 1 unless given.")
  private @Nullable Double strength;

  @Option(
      names = "--components",
      paramLabel = "N",
      description = "Canonical directions that cca keeps; all unless given.")
  private @Nullable Integer components;

  @Option(
      names = "--sample",
      paramLabel = "N",
      defaultValue = "5000",
      description = "At most so many sentences or pairs are used, drawn with --seed.")
  private int sample = 5_000;

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of the draw.")
  private long seed = 1;

  @Mixin private final StorageOptions storage = new StorageOptions();
  @Mixin private final ModuleOutput output = new ModuleOutput();
  @Mixin private final GuardOptions guard = new GuardOptions();

  FitCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void check() {
    output.check();
    sentenceEncoding.check(this);
    require(
        methods.stream().map(FitMethod::kind).distinct().count() == 1,
        "--method takes one kind at a time: an alignment is made for a language module that exists");
    methods.forEach(this::check);
    require(components == null || components >= 1, "--components must be at least 1");
    require(sample >= 1, "--sample must be at least 1");
  }

  @Override
  void checkAsStep() {
    require(
        methods.size() == 1,
        "a step of a plan or a job makes one folder: give one --method, and a step for each");
  }

  private void check(FitMethod method) {
    String name = "--method " + method.label();
    switch (method.kind()) {
      case LANGUAGE -> {
        require(!mono.isEmpty(), name + " learns from plain text: give --mono FILE");
        require(
            parallel.isEmpty() && pivotModule == null,
            name + " makes a language module, without --parallel and --pivot-module");
      }
      case ALIGNMENT -> {
        require(!parallel.isEmpty(), name + " learns from translations: give --parallel FILE");
        require(
            sentenceEncoding.of().isEmpty(),
            name + " leaves the language module as it is, without --sentence-encoding-of");
        require(
            !transliteration.isGiven(),
            name + " leaves the language module as it is, without " + TransliterationOption.NAME);
        require(
            mono.isEmpty(),
            name
                + " does not learn from --mono: make the language module first, with --method"
                + " center, and name it with --language-module");
        require(
            !output.language().equals(ModuleManifest.PIVOT),
            "English is the pivot: others are aligned to it, it is not aligned");
      }
    }
    boolean regularised = method.defaultStrength() > 0;
    require(strength == null || regularised || methods.size() > 1, name + " takes no --strength");
    require(strength == null || strength >= 0, "--strength must not be negative");
    require(
        strength == null || strength > 0 || method.kind() == ModuleKind.LANGUAGE,
        "--strength must be above 0 for " + name);
    require(
        strength == null
            || strength <= 1
            || (method != FitMethod.WHITEN && method != FitMethod.WHITENED_PROCRUSTES),
        "--strength is in [0, 1] for " + name);
    require(components == null || methods.contains(FitMethod.CCA), name + " takes no --components");
  }

  @Override
  void run() {
    TrainingReader reader = guard.reader();
    switch (methods.getFirst().kind()) {
      case LANGUAGE -> {
        Beginning from =
            new Beginning(
                Optional.ofNullable(languageModule),
                sentenceEncoding.of(),
                transliteration.rules());
        MonolingualCorpus corpus = reader.monolingual(mono);
        fit(
            (fitter, method) ->
                fitter.language(
                    output.language(), corpus, from, settings(method), directory(method)));
      }
      case ALIGNMENT -> {
        ParallelCorpus corpus = reader.parallel(parallel, output.language());
        fit(
            (fitter, method) ->
                fitter.alignment(
                    output.language(),
                    corpus,
                    Optional.ofNullable(languageModule),
                    Optional.ofNullable(pivotModule),
                    settings(method),
                    directory(method)));
      }
    }
  }

  private Path directory(FitMethod method) {
    Path out = output.directory();
    return methods.size() == 1 ? out : out.resolve(method.label());
  }

  /** Options that a method does not know are another one's. */
  private FitSettings settings(FitMethod method) {
    return new FitSettings(
        method,
        strength == null || method.defaultStrength() == 0 ? method.defaultStrength() : strength,
        components == null || method != FitMethod.CCA
            ? OptionalInt.empty()
            : OptionalInt.of(components),
        sample,
        seed,
        output.licence(),
        output.dataLicence(),
        storage.storage());
  }

  private void fit(BiFunction<ModuleFitter, FitMethod, FittedModule> how) {
    try (OpenedModel opened = OpenedModel.open(model, terminal())) {
      ModuleFitter fitter =
          new ModuleFitter(
              opened.backbone(), opened.encoder(), model.threads(), terminal().progress());
      for (FitMethod method : new LinkedHashSet<>(methods)) {
        terminal().report(how.apply(fitter, method));
      }
    }
  }
}
