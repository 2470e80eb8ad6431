package org.isogloss.trainer.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.ModuleTensors;
import org.isogloss.encoder.module.PostProcessing;
import org.isogloss.encoder.module.WeightStorage;
import org.isogloss.encoder.space.View;
import org.isogloss.encoder.tokenize.TokenizerSource;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.trainer.data.CodeVersion;
import org.isogloss.trainer.data.DataFile;
import org.isogloss.trainer.data.MonolingualCorpus;
import org.isogloss.trainer.data.NewFolder;
import org.isogloss.trainer.data.ParallelCorpus;
import org.isogloss.trainer.data.SentencePair;
import org.isogloss.trainer.data.TrainingReader;
import org.isogloss.trainer.fit.FittedModule;
import org.isogloss.trainer.fit.ModuleWriter;
import org.isogloss.trainer.focus.StartMethod;
import org.isogloss.trainer.focus.StartSettings;
import org.isogloss.trainer.focus.StartingEmbeddings;
import org.isogloss.trainer.focus.StartingTable;
import org.isogloss.trainer.tokenizer.Coverage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes a language module of a tokenizer and a starting table. */
@Command(
    name = "start",
    description = {
      "Makes a language module of a tokenizer of its own and an embedding table to start from.",
      "lexical: pieces shared with the backbone are copied, others get the mean of the English",
      "pieces they translate to (--parallel), what has no translation the mean of pieces that the",
      "text uses alike (--mono). focus: without translations. mean and random: to compare with."
    })
final class TrainStartCommand extends TrainerCommand {
  private static final int COVERAGE_SENTENCES = 2_000;

  @Option(
      names = "--tokenizer",
      required = true,
      paramLabel = "DIR",
      description = "A tokenizer made by `train tokenizer`.")
  private Path tokenizer = Path.of("");

  @Option(
      names = "--start",
      required = true,
      paramLabel = "lexical|focus|mean|random",
      description = "How the table is started.")
  private StartMethod method = StartMethod.LEXICAL;

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
      names = "--type",
      paramLabel = "f16|f32",
      defaultValue = "f16",
      description = "How the table is stored.")
  private String type = "f16";

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of all draws.")
  private long seed = 1;

  @Mixin private final ModuleOutput output = new ModuleOutput();
  @Mixin private final GuardOptions guard = new GuardOptions();

  TrainStartCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void check() {
    output.check();
    String name = "--start " + method.label();
    switch (method) {
      case RANDOM, MEAN -> {}
      case FOCUS -> {
        require(!mono.isEmpty(), name + " learns from plain text: give --mono FILE");
        require(parallel.isEmpty(), name + " does not learn from --parallel");
      }
      case LEXICAL ->
          require(!parallel.isEmpty(), name + " learns from translations: give --parallel FILE");
    }
    require(List.of("f16", "f32").contains(type), "--type is f16 or f32");
  }

  @Override
  void run() {
    NewFolder.requireAbsent(output.directory());
    TrainingReader reader = guard.reader();
    MonolingualCorpus text = reader.monolingual(mono);
    ParallelCorpus translations = reader.parallel(parallel, output.language());
    List<DataFile> files =
        Stream.concat(text.files().stream(), translations.files().stream()).toList();
    TokenizerSource own = TokenizerSource.find(tokenizer);
    List<String> sample =
        Stream.concat(
                text.sentences().stream(), translations.pairs().stream().map(SentencePair::source))
            .limit(COVERAGE_SENTENCES)
            .toList();
    try (OpenedModel opened = OpenedModel.open(model, terminal())) {
      long start = terminal().nanoClock().getAsLong();
      StartSettings settings = StartSettings.of(method).withSeed(seed);
      StartingTable table =
          StartingEmbeddings.make(
              opened.backbone(), own, settings, text.sentences(), translations.pairs());
      double seconds = (terminal().nanoClock().getAsLong() - start) / 1e9;
      Map<String, String> lineage = lineage(settings, own, table, files);
      terminal().note(String.format(Locale.ROOT, "%s in %.1f s", lineage.get("rows"), seconds));
      Map<String, Double> metrics = new TreeMap<>();
      if (!sample.isEmpty()) {
        Coverage backbone =
            Coverage.of(TokenizerSource.find(opened.backbone().directory()), sample);
        Coverage covered = Coverage.of(own, sample);
        metrics.put("unknown_words_before", backbone.unknownShare());
        metrics.put("unknown_words_after", covered.unknownShare());
        metrics.put("pieces_per_word_after", covered.piecesPerWord());
      }
      TensorEntry tensor = table.tensor();
      FittedModule module =
          new ModuleWriter(opened.backbone(), opened.encoder())
              .write(
                  tests ->
                      new ModuleManifest.Language(
                          output.language(),
                          new ModuleManifest.Common(
                              opened.backbone().digest(),
                              opened.encoder().description().layers(),
                              opened.encoder().dimension(),
                              opened.encoder().description().pooling(),
                              lineage,
                              metrics,
                              output.licence(),
                              tests),
                          Optional.of(table.rows()),
                          Optional.empty(),
                          Optional.empty(),
                          PostProcessing.NONE),
                  Map.of(ModuleTensors.TABLE, tensor),
                  Optional.of(own.file()),
                  output.directory(),
                  sample,
                  View.MONOLINGUAL,
                  ModuleWriter.Trial.ofLanguage(output.language()),
                  type.equals("f16") ? WeightStorage.HALF : WeightStorage.AS_GIVEN);
      terminal().report(module);
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.OUTPUT_FAILED,
          "the module %s: %s".formatted(output.directory(), e.getMessage()),
          e);
    }
  }

  private Map<String, String> lineage(
      StartSettings settings, TokenizerSource own, StartingTable table, List<DataFile> files) {
    Map<String, String> lineage = new TreeMap<>();
    lineage.put("method", "start " + method.label());
    lineage.put("seed", Long.toString(seed));
    lineage.put(CodeVersion.KEY, CodeVersion.current());
    lineage.put("auxiliary_dimension", Integer.toString(settings.dimension()));
    lineage.put("auxiliary_window", Integer.toString(settings.window()));
    lineage.put("model_1_iterations", Integer.toString(settings.iterations()));
    lineage.put("tokenizer", own.digest().hex());
    StringBuilder rows = new StringBuilder(table.rows() + " rows");
    new TreeMap<>(table.origins())
        .forEach(
            (origin, count) ->
                rows.append(", ")
                    .append(count)
                    .append(' ')
                    .append(origin.name().toLowerCase(Locale.ROOT)));
    lineage.put("rows", rows.toString());
    output.dataLicence().ifPresent(text -> lineage.put("data_licence", text));
    lineage.putAll(DataFile.lineage(files));
    return lineage;
  }
}
