package org.isogloss.trainer.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.isogloss.encoder.space.Digest;
import org.isogloss.trainer.data.DataFile;
import org.isogloss.trainer.data.NewFolder;
import org.isogloss.trainer.identifier.IdentifierSettings;
import org.isogloss.trainer.identifier.IdentifierTrainer;
import org.isogloss.trainer.identifier.LanguageTexts;
import org.isogloss.trainer.identifier.TrainedIdentifier;
import org.isogloss.trainer.identifier.TrainedIdentifier.HeldOut;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains what tells languages apart. */
@Command(
    name = "identifier",
    description = {
      "Trains the classifier by which `--lang auto` and the router tell languages apart.",
      "Writes DIR/languages.bin and DIR/lineage.json. Prints for each language how many sentences",
      "it was trained on, and what share of held-out ones it gets right: whole, and cut to a few",
      "words. With the same files and seed it writes the same bytes."
    })
final class TrainIdentifierCommand extends TrainerCommand {
  private static final String FILE = "languages.bin";
  private static final String LINEAGE = "lineage.json";
  private static final ObjectMapper JSON = new ObjectMapper();

  @Option(
      names = "--in",
      required = true,
      arity = "1..*",
      split = ",",
      paramLabel = "PLACE",
      description = {
        "Files, or folders of files: xx.txt, one sentence of the language xx a line; xx-en.tsv,",
        "translations under a header that names the languages. .gz is understood."
      })
  private List<Path> places = List.of();

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Of what is held out, shown and cut.")
  private long seed = IdentifierSettings.DEFAULT.seed();

  @Option(
      names = "--shown",
      paramLabel = "N",
      defaultValue = "200000",
      description = "Sentences of each language that are shown, repetitions included.")
  private int shown = IdentifierSettings.DEFAULT.shown();

  @Option(
      names = "--learning-rate",
      paramLabel = "R",
      defaultValue = "2",
      description = "At the beginning; it falls to zero in a straight line.")
  private double learningRate = IdentifierSettings.DEFAULT.learningRate();

  @Option(
      names = "--table-bits",
      paramLabel = "N",
      defaultValue = "16",
      description = "2^N rows of weights for a script of many languages.")
  private int tableBits = IdentifierSettings.DEFAULT.tableBits();

  @Option(
      names = "--familiar-bits",
      paramLabel = "N",
      defaultValue = "17",
      description = "2^N bits of each language for what is familiar in it.")
  private int familiarBits = IdentifierSettings.DEFAULT.familiarBits();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "The classifier's folder, which must not exist.")
  private Path out = Path.of("");

  @Mixin private GuardOptions guard = new GuardOptions();

  TrainIdentifierCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void check() {
    settings();
    NewFolder.requireAbsent(out);
  }

  private IdentifierSettings settings() {
    return option(() -> new IdentifierSettings(seed, shown, learningRate, tableBits, familiarBits));
  }

  @Override
  void run() throws JsonProcessingException {
    LanguageTexts texts = LanguageTexts.read(guard.reader(), places);
    long start = terminal().nanoClock().getAsLong();
    TrainedIdentifier trained =
        new IdentifierTrainer(
                settings(),
                (done, all) -> {
                  terminal().stop().check("while training the classifier");
                  terminal().note("shown %d of %d sentences", done, all);
                })
            .train(texts.sentences());
    byte[] content = trained.classifier().write();
    terminal()
        .note(
            "%d languages, %d bytes, in %.1f s",
            trained.languages().size(),
            content.length,
            (terminal().nanoClock().getAsLong() - start) / 1e9);
    NewFolder.write(
        out,
        Map.of(
            FILE,
            content,
            LINEAGE,
            JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(lineage(texts, trained))));
    terminal().out().printf("identifier %s %s%n", Digest.of(content), out);
    trained.languages().forEach(this::print);
    terminal()
        .out()
        .printf(
            Locale.ROOT,
            "macro accuracy %.4f cut %.4f%n",
            trained.macroAccuracy(),
            trained.macroCutAccuracy());
  }

  private void print(String language, HeldOut heldOut) {
    terminal()
        .out()
        .printf(
            Locale.ROOT,
            "%s trained %d held_out %d accuracy %.4f cut %.4f%n",
            language,
            heldOut.trained(),
            heldOut.sentences(),
            heldOut.accuracy(),
            heldOut.cutAccuracy());
  }

  private Map<String, String> lineage(LanguageTexts texts, TrainedIdentifier trained) {
    Map<String, String> lineage = new TreeMap<>();
    lineage.put("method", "multinomial logistic regression over hashed n-grams");
    lineage.put("seed", Long.toString(seed));
    lineage.put("shown", Integer.toString(shown));
    lineage.put("learning_rate", Double.toString(learningRate));
    lineage.put("table_bits", Integer.toString(tableBits));
    lineage.put("familiar_bits", Integer.toString(familiarBits));
    lineage.put(
        "held_out_macro_accuracy", String.format(Locale.ROOT, "%.4f", trained.macroAccuracy()));
    lineage.put(
        "held_out_cut_macro_accuracy",
        String.format(Locale.ROOT, "%.4f", trained.macroCutAccuracy()));
    lineage.putAll(DataFile.lineage(texts.files()));
    return lineage;
  }

  @Override
  boolean heedsStop() {
    return true;
  }
}
