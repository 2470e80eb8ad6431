package org.isogloss.streams.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.isogloss.encoder.backbone.BackboneCatalogue;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * The modules that come with the program: {@code MODEL/language/xx} and {@code MODEL/alignment/xx}
 * below a folder that the launcher names. A program started without it has none.
 *
 * @param folder empty: there are none
 */
record ShippedModules(Optional<Path> folder) {
  private static final String PROPERTY = "isogloss.shipped";

  static ShippedModules ofLauncher() {
    return new ShippedModules(Optional.ofNullable(System.getProperty(PROPERTY)).map(Path::of));
  }

  /**
   * Those made for a model as it is run, language modules before alignments.
   *
   * @throws IsoglossException BAD_MODULE if one has no readable manifest
   */
  List<Path> of(ModelOptions model) {
    Optional<Path> own = folder.map(f -> f.resolve(model.model().replace('/', '_')));
    if (own.isEmpty() || BackboneCatalogue.find(model.model()).isEmpty()) {
      return List.of();
    }
    int layers =
        model
            .layers()
            .orElseGet(() -> BackboneCatalogue.find(model.model()).orElseThrow().defaultLayers());
    return Stream.of("language", "alignment")
        .map(own.get()::resolve)
        .flatMap(kind -> modules(kind).stream())
        .filter(module -> ModuleFiles.readManifest(module).common().layers() == layers)
        .toList();
  }

  private static List<Path> modules(Path kind) {
    if (!Files.isDirectory(kind)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(kind)) {
      return entries.filter(Files::isDirectory).sorted().toList();
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.BAD_MODULE, kind + " cannot be read: " + e.getMessage(), e);
    }
  }
}
