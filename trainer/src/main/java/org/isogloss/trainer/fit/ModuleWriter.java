package org.isogloss.trainer.fit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.DirectoryTree;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.encode.Encoded;
import org.isogloss.encoder.encode.ModularEncoder;
import org.isogloss.encoder.encode.Rejected;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.engine.TorchEncoder;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.ModulePack;
import org.isogloss.encoder.module.ModuleTensors;
import org.isogloss.encoder.module.SelfTest;
import org.isogloss.encoder.module.WeightStorage;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.encoder.space.View;
import org.isogloss.error.IsoglossException;
import org.isogloss.trainer.align.LinearMap;

/**
 * Writes modules that are known to serve: the encoder takes a module without self-tests, gives the
 * vectors for them, and takes the module again with them. For one thread.
 */
public final class ModuleWriter {
  private static final int SELF_TESTS = 3;
  private static final int SELF_TEST_CHARACTERS = 20;

  private final Backbone backbone;
  private final TorchEncoder encoder;

  /** Backbone and encoder stay the caller's; what the encoder serves does not matter. */
  public ModuleWriter(Backbone backbone, TorchEncoder encoder) {
    this.backbone = backbone;
    this.encoder = encoder;
  }

  /** A manifest that still wants its self-tests. */
  @FunctionalInterface
  public interface Draft {
    ModuleManifest with(List<SelfTest> tests);
  }

  /** What has to serve for a module to be tried. */
  @FunctionalInterface
  public interface Trial {
    List<ModuleSelection> selections(ModuleFolders folders, ModuleReference module)
        throws IOException;

    /** A language module by itself. */
    static Trial ofLanguage(String language) {
      return (folders, module) ->
          List.of(new ModuleSelection(language, Optional.of(module), Optional.empty()));
    }

    /**
     * An alignment module beside those it is made for.
     *
     * @param languageModule directory; empty: the bare backbone
     * @param pivotModule directory of English's module; empty: the bare backbone
     */
    static Trial ofAlignment(
        String language, Optional<Path> languageModule, Optional<Path> pivotModule) {
      return (folders, module) ->
          List.of(
              new ModuleSelection(
                  language,
                  folders.addLanguageModule(languageModule, language),
                  Optional.of(module)),
              new ModuleSelection(
                  ModuleManifest.PIVOT,
                  folders.addLanguageModule(pivotModule, ModuleManifest.PIVOT),
                  Optional.empty()));
    }
  }

  /**
   * Writes a module.
   *
   * @param tensors exactly those that the manifest implies
   * @param tokenizer exactly when the module has a table of its own
   * @param out its directory, which must not exist
   * @param sentences the first that can be encoded become self-tests
   * @param view whose vectors the self-tests hold, those of the values as they are stored
   * @throws IsoglossException BAD_MODULE or another code if the encoder does not take it
   */
  public FittedModule write(
      Draft draft,
      Map<String, TensorEntry> tensors,
      Optional<Path> tokenizer,
      Path out,
      List<String> sentences,
      View view,
      Trial trial,
      WeightStorage storage)
      throws IOException {
    Path folder = Files.createTempDirectory("isogloss-fit-");
    try (TorchEncoder route = encoder.route()) {
      Path untested = folder.resolve("module");
      ModuleManifest bare = draft.with(List.of());
      ModuleFiles.write(untested, bare, tensors, backbone.config(), tokenizer, storage);
      ModuleFolders first = new ModuleFolders();
      serve(route, trial.selections(first, first.add(untested)), first);
      ModuleManifest manifest = draft.with(selfTests(route, bare.language(), sentences, view));
      ModuleFiles.write(out, manifest, tensors, backbone.config(), tokenizer, storage);
      try {
        ModuleFolders second = new ModuleFolders();
        serve(route, trial.selections(second, second.add(out)), second);
      } catch (RuntimeException e) {
        DirectoryTree.deleteIfPresent(out);
        throw e;
      }
      return new FittedModule(out, manifest, ModulePack.digest(out));
    } finally {
      DirectoryTree.deleteIfPresent(folder);
    }
  }

  /**
   * Lets an encoder serve modules of folders.
   *
   * @throws IsoglossException with the code of the refusal
   */
  public static void serve(
      TorchEncoder route, List<ModuleSelection> selections, ModuleFolders folders) {
    switch (route.serve(selections, folders)) {
      case ModularEncoder.Exchanged exchanged -> {}
      case ModularEncoder.Refused refused ->
          throw new IsoglossException(
              refused.code(), refused.module().name() + " does not serve: " + refused.reason());
    }
  }

  /** The tensors of an affine map. */
  public static Map<String, TensorEntry> affine(LinearMap map) {
    return Map.of(
        ModuleTensors.AFFINE_MATRIX,
        matrix(ModuleTensors.AFFINE_MATRIX, map.matrix()),
        ModuleTensors.AFFINE_OFFSET,
        vector(ModuleTensors.AFFINE_OFFSET, map.offset()));
  }

  static TensorEntry vector(String name, float[] values) {
    return TensorEntry.of(name, List.of((long) values.length), values);
  }

  static TensorEntry matrix(String name, float[][] rows) {
    int columns = rows[0].length;
    float[] values = new float[rows.length * columns];
    for (int r = 0; r < rows.length; r++) {
      System.arraycopy(rows[r], 0, values, r * columns, columns);
    }
    return TensorEntry.of(name, List.of((long) rows.length, (long) columns), values);
  }

  private static List<SelfTest> selfTests(
      TorchEncoder route, String language, List<String> sentences, View view) {
    // Of middling length: a worker with a lower limit of tokens must not cut them.
    return sentences.stream()
        .sorted(Comparator.comparingInt(text -> Math.abs(text.length() - SELF_TEST_CHARACTERS)))
        .flatMap(text -> selfTest(route, language, text, view).stream())
        .limit(SELF_TESTS)
        .toList();
  }

  private static Optional<SelfTest> selfTest(
      TorchEncoder route, String language, String text, View view) {
    return switch (route.prepare(new SentenceRequest(text, language, Set.of(view)))) {
      case Rejected rejected -> Optional.empty();
      case TokenizedSentence sentence ->
          switch (route.encode(List.of(sentence)).getFirst()) {
            case Rejected rejected -> Optional.empty();
            case Encoded encoded -> {
              List<Float> vector = new ArrayList<>();
              for (float value : encoded.vector(view).values()) {
                vector.add(value);
              }
              yield Optional.of(new SelfTest(text, vector));
            }
          };
    };
  }
}
