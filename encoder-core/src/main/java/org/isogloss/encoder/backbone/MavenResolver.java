package org.isogloss.encoder.backbone;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * Resolves an artifact as Maven does, by Maven itself: so the user's settings, mirrors, credentials
 * and local repository count.
 */
final class MavenResolver {
  private static final String GET = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:get";
  private static final String EVALUATE =
      "org.apache.maven.plugins:maven-help-plugin:3.5.1:evaluate";
  private static final int TOLD_LINES = 3;

  private final String command;
  private final Optional<Path> givenRepository;
  private final Path usualRepository;

  /**
   * @param command Maven's program
   * @param givenRepository the local repository that was asked for, which Maven must use as well
   * @param usualRepository where jars are looked for before Maven is asked
   */
  MavenResolver(String command, Optional<Path> givenRepository, Path usualRepository) {
    this.command = command;
    this.givenRepository = givenRepository;
    this.usualRepository = usualRepository;
  }

  /** Maven as the user has it; {@code maven.repo.local} counts here as it does there. */
  static MavenResolver ofEnvironment() {
    String command =
        Optional.ofNullable(System.getenv("MAVEN_HOME"))
            .map(home -> Path.of(home, "bin", "mvn"))
            .filter(Files::isExecutable)
            .map(Path::toString)
            .orElse("mvn");
    return new MavenResolver(
        command,
        Optional.ofNullable(System.getProperty("maven.repo.local")).map(Path::of),
        Path.of(System.getProperty("user.home"), ".m2", "repository"));
  }

  /**
   * The artifact's jar in the local repository, fetched if it is not there.
   *
   * @throws IsoglossException FETCH_FAILED, saying what Maven said
   */
  Path resolve(MavenArtifact artifact, FetchListener listener) {
    Path jar = givenRepository.orElse(usualRepository).resolve(artifact.path());
    if (Files.isRegularFile(jar)) {
      listener.step("found " + artifact.coordinates() + " in the local repository");
      return jar;
    }
    listener.step(
        "fetching %s by Maven (%d MB, once)"
            .formatted(artifact.coordinates(), artifact.megabytes()));
    maven(List.of(GET, "-Dartifact=" + artifact.coordinates(), "-Dtransitive=false"));
    if (!Files.isRegularFile(jar)) {
      // The settings name another local repository than the usual one: Maven knows it.
      jar = localRepository().resolve(artifact.path());
    }
    if (!Files.isRegularFile(jar)) {
      throw failed("Maven resolved " + artifact.coordinates() + ", but it is not at " + jar);
    }
    return jar;
  }

  private Path localRepository() {
    String answer =
        maven(
            List.of("--quiet", EVALUATE, "-Dexpression=settings.localRepository", "-DforceStdout"));
    List<String> lines = answer.lines().map(String::strip).filter(l -> !l.isEmpty()).toList();
    try {
      Path repository = Path.of(lines.isEmpty() ? "" : lines.getLast());
      if (repository.isAbsolute()) {
        return repository;
      }
    } catch (InvalidPathException e) {
      throw failed("Maven names no local repository but \"" + answer.strip() + "\"", e);
    }
    throw failed("Maven names no local repository but \"" + answer.strip() + "\"");
  }

  /** Runs Maven to its end; gives what it wrote to its standard output, and that alone. */
  private String maven(List<String> arguments) {
    List<String> line = new ArrayList<>(List.of(command, "--batch-mode"));
    givenRepository.ifPresent(path -> line.add("-Dmaven.repo.local=" + path.toAbsolutePath()));
    line.add("--no-transfer-progress");
    line.addAll(arguments);
    Process process;
    try {
      process = new ProcessBuilder(line).start();
    } catch (IOException e) {
      throw failed(
          "Maven is needed to fetch the model, but cannot be started: " + e.getMessage(), e);
    }
    try {
      process.getOutputStream().close();
      // Both are read at once, and apart: warnings of the JVM that runs Maven are no answer.
      Executor readers = Thread::startVirtualThread;
      CompletableFuture<String> output =
          CompletableFuture.supplyAsync(() -> read(process.inputReader(UTF_8)), readers);
      CompletableFuture<String> errors =
          CompletableFuture.supplyAsync(() -> read(process.errorReader(UTF_8)), readers);
      int exit = process.waitFor();
      if (exit != 0) {
        throw failed(
            "Maven (%s) ended with %d: %s"
                .formatted(command, exit, complaint(output.join(), errors.join())));
      }
      return output.join();
    } catch (IOException e) {
      throw failed("Maven cannot be spoken to: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed("interrupted while Maven was fetching", e);
    } finally {
      process.descendants().forEach(ProcessHandle::destroy);
      process.destroy();
    }
  }

  private static String read(Reader reader) {
    try (reader) {
      StringWriter text = new StringWriter();
      reader.transferTo(text);
      return text.toString();
    } catch (IOException e) {
      // The process is gone, and with it what it had to say.
      return "";
    }
  }

  /** What Maven calls an error; else the last it said, as when it did not even start. */
  private static String complaint(String output, String errors) {
    List<String> named =
        output.lines().filter(each -> each.startsWith("[ERROR]")).limit(TOLD_LINES).toList();
    if (!named.isEmpty()) {
      return String.join(" ", named);
    }
    List<String> said = (output + "\n" + errors).lines().filter(each -> !each.isBlank()).toList();
    return said.isEmpty()
        ? "it said nothing"
        : String.join(" ", said.subList(Math.max(0, said.size() - TOLD_LINES), said.size()));
  }

  private static IsoglossException failed(String reason) {
    return new IsoglossException(ErrorCode.FETCH_FAILED, reason);
  }

  private static IsoglossException failed(String reason, Exception cause) {
    return new IsoglossException(ErrorCode.FETCH_FAILED, reason, cause);
  }
}
