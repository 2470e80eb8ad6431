package org.isogloss.trainer.fit;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.encode.ModuleSource;
import org.isogloss.encoder.engine.TorchEncoder;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.ModulePack;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.ModuleKind;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/** Modules that lie in folders and have no number yet: each is number 1. For one thread. */
public final class ModuleFolders implements ModuleSource {
  private record Folder(Path path) implements Lease {
    @Override
    public Path directory() {
      return path;
    }

    @Override
    public void close() {}
  }

  private final Map<Digest, Path> folders = new HashMap<>();

  /** The files of a folder, for what an encoder runs; the caller closes them. */
  public static ModuleFiles files(Path directory, Backbone backbone, TorchEncoder encoder) {
    return ModuleFiles.open(
        directory,
        backbone.config(),
        backbone.digest(),
        encoder.description().layers(),
        encoder.description().pooling());
  }

  /** Makes a folder known. */
  public ModuleReference add(Path directory) throws IOException {
    ModuleManifest manifest = ModuleFiles.readManifest(directory);
    Digest digest = ModulePack.digest(directory);
    folders.put(digest, directory);
    return new ModuleReference(manifest.kind(), manifest.language(), 1, digest);
  }

  /**
   * Makes the folder of a language module known.
   *
   * @throws IsoglossException BAD_MODULE if it is something else
   */
  public Optional<ModuleReference> addLanguageModule(Optional<Path> directory, String language)
      throws IOException {
    if (directory.isEmpty()) {
      return Optional.empty();
    }
    ModuleReference module = add(directory.get());
    if (module.kind() != ModuleKind.LANGUAGE || !module.language().equals(language)) {
      throw new IsoglossException(
          ErrorCode.BAD_MODULE,
          "%s is a module of %s/%s, not language/%s"
              .formatted(directory.get(), module.kind().label(), module.language(), language));
    }
    return Optional.of(module);
  }

  @Override
  public Lease open(ModuleReference module) {
    Path directory = folders.get(module.digest());
    if (directory == null) {
      throw new IsoglossException(ErrorCode.MODULE_MISSING, "no folder of " + module.name());
    }
    return new Folder(directory);
  }
}
