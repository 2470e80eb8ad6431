package org.isogloss.trainer.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.trainer.data.CrossLingualParaphrases;
import org.isogloss.trainer.data.DataFile;
import org.isogloss.trainer.data.NewFolder;
import org.isogloss.trainer.data.ParallelCorpus;
import org.isogloss.trainer.data.ParaphraseCorpus;
import org.isogloss.trainer.data.SentencePair;
import org.isogloss.trainer.data.TrainingReader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Builds cross-lingual paraphrases. */
@Command(
    name = "pairs",
    description = {
      "Builds cross-lingual paraphrases for `train align --paraphrase`: joins translations with",
      "paraphrases of the language and of English. Writes DIR/LANGUAGE-en.tsv.gz and",
      "DIR/lineage.json, prints counts."
    })
final class TrainPairsCommand extends TrainerCommand {
  private static final JsonMapper JSON = new JsonMapper();

  @Option(
      names = "--lang",
      required = true,
      paramLabel = "CODE",
      description = "The language, such as de.")
  private String language = "";

  @Option(
      names = "--parallel",
      required = true,
      arity = "1..*",
      split = ",",
      paramLabel = "FILE",
      description = "Translations: TSV whose header names the language and en; .gz is understood.")
  private List<Path> parallel = List.of();

  @Option(
      names = "--paraphrase",
      arity = "1..*",
      split = ",",
      paramLabel = "FILE",
      description = "Paraphrases in the language: TSV under the header sentence1, sentence2.")
  private List<Path> ours = List.of();

  @Option(
      names = "--english-paraphrase",
      arity = "1..*",
      split = ",",
      paramLabel = "FILE",
      description = "Paraphrases in English, in the same format.")
  private List<Path> english = List.of();

  @Option(
      names = "--most",
      paramLabel = "N",
      defaultValue = "4",
      description = "At most so many paraphrases of one sentence are used.")
  private int most = 4;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "The folder of the pairs, which must not exist.")
  private Path out = Path.of("");

  @Mixin private final GuardOptions guard = new GuardOptions();

  TrainPairsCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void check() {
    Languages.check(language);
    if (language.equals(ModuleManifest.PIVOT)) {
      throw wronglyCalled("English is the pivot: it has no translations into itself");
    }
    if (ours.isEmpty() && english.isEmpty()) {
      throw wronglyCalled("give paraphrases: --paraphrase FILE, --english-paraphrase FILE or both");
    }
    if (most < 1) {
      throw wronglyCalled("--most must be at least 1");
    }
  }

  @Override
  void run() throws IOException {
    NewFolder.requireAbsent(out);
    TrainingReader reader = guard.reader();
    ParallelCorpus translations = reader.parallel(parallel, language);
    ParaphraseCorpus source = reader.paraphrases(ours);
    ParaphraseCorpus pivot = reader.paraphrases(english);
    CrossLingualParaphrases joined =
        CrossLingualParaphrases.join(translations.pairs(), source.pairs(), pivot.pairs(), most);
    if (joined.pairs().isEmpty()) {
      throw new IsoglossException(
          ErrorCode.TOO_LITTLE_DATA,
          "none of %d translations has a paraphrase".formatted(translations.pairs().size()));
    }
    Map<String, String> lineage = new TreeMap<>();
    lineage.put("method", "join of translations with paraphrases");
    lineage.put("language", language);
    lineage.put("most", Integer.toString(most));
    lineage.put("translations", Integer.toString(translations.pairs().size()));
    lineage.put("translations_joined", Integer.toString(joined.joined()));
    lineage.put("paraphrases", Integer.toString(source.pairs().size()));
    lineage.put("english_paraphrases", Integer.toString(pivot.pairs().size()));
    lineage.put("pairs", Integer.toString(joined.pairs().size()));
    lineage.put("pairs_by_language", Integer.toString(joined.bySource()));
    lineage.put("pairs_by_english", Integer.toString(joined.byPivot()));
    Map<String, String> counts = Map.copyOf(lineage);
    lineage.putAll(
        DataFile.lineage(
            Stream.of(translations.files(), source.files(), pivot.files())
                .flatMap(List::stream)
                .toList()));
    NewFolder.write(
        out,
        Map.of(
            language + "-" + ModuleManifest.PIVOT + ".tsv.gz",
            compressed(joined.pairs()),
            "lineage.json",
            JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(lineage)));
    new TreeMap<>(counts)
        .forEach(
            (name, value) -> {
              if (Character.isDigit(value.charAt(0))) {
                terminal().out().printf("%s %s%n", name, value);
              }
            });
  }

  private byte[] compressed(List<SentencePair> pairs) throws IOException {
    StringBuilder text =
        new StringBuilder(language).append('\t').append(ModuleManifest.PIVOT).append('\n');
    pairs.forEach(
        pair -> text.append(pair.source()).append('\t').append(pair.pivot()).append('\n'));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(text.toString().getBytes(UTF_8));
    }
    return bytes.toByteArray();
  }
}
