package org.isogloss.streams.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher in a checkout of its own, with a Maven and a JDK that only note what they do. */
class LauncherTest {
  private static final Path SCRIPT = Path.of("..", "isogloss").toAbsolutePath().normalize();

  @TempDir Path folder;
  private Path root;
  private Path jdk;

  private static void executable(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @BeforeEach
  void aCheckout() throws IOException {
    root = folder.resolve("a checkout");
    executable(root.resolve("isogloss"), Files.readString(SCRIPT));
    Files.writeString(root.resolve("pom.xml"), "<project/>");
    for (String module : List.of("schemas", "encoder-core", "registry", "trainer", "streams-app")) {
      Files.createDirectories(root.resolve(module).resolve("src/main"));
      Files.writeString(root.resolve(module).resolve("pom.xml"), "<project/>");
    }
    executable(
        root.resolve("mvn"),
        """
        #!/usr/bin/env bash
        echo "$@" >>builds
        sleep 0.5
        [ ! -e broken ] || { echo "cannot find symbol"; exit 1; }
        for m in schemas encoder-core registry trainer streams-app; do
          mkdir -p "$m/target"; touch "$m/target/isogloss-$m-1.jar" "$m/target/isogloss-$m-1-tests.jar"
        done
        printf '/lib/a.jar:/lib/b.jar' >streams-app/target/classpath
        printf '/lib/b.jar:/lib/c.jar' >trainer/target/classpath
        """);
    jdk = folder.resolve("jdk");
    executable(
        jdk.resolve("bin/java"),
        "#!/usr/bin/env bash\necho \"memory: ${GLIBC_TUNABLES:-}\"; printf '%s\\n' \"$@\"; exit 7\n");
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
  }

  private Process start(Path script, String... arguments) throws IOException {
    return start(Map.of(), script, arguments);
  }

  private Process start(Map<String, String> environment, Path script, String... arguments)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(script.toString());
    builder.command().addAll(List.of(arguments));
    builder.directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().put("ISOGLOSS_JAVA_HOME", jdk.toString());
    builder.environment().put("ISOGLOSS_MVN", root.resolve("mvn").toString());
    builder.environment().keySet().removeAll(List.of("ISOGLOSS_JAVA_OPTS", "GLIBC_TUNABLES"));
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static String outputOf(Process process) throws IOException, InterruptedException {
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return output;
  }

  private List<String> builds() throws IOException {
    return Files.readAllLines(root.resolve("builds"));
  }

  @Test
  void theScriptIsValidBash() throws Exception {
    Process check = new ProcessBuilder("bash", "-n", SCRIPT.toString()).start();
    assertThat(outputOf(check)).isEmpty();
    assertThat(check.exitValue()).isZero();
  }

  @Test
  void theFirstStartBuildsAndPassesArgumentsAndExitCodeOn() throws Exception {
    Process process = start(root.resolve("isogloss"), "send", "--in", "a file.txt");
    assertThat(outputOf(process))
        .contains("--add-modules=jdk.incubator.vector\n")
        .contains("/*:/lib/a.jar:/lib/b.jar:/lib/c.jar\n")
        .endsWith("org.isogloss.streams.command.Isogloss\nsend\n--in\na file.txt\n");
    assertThat(process.exitValue()).isEqualTo(7);
    assertThat(builds()).hasSize(1);
  }

  @Test
  void whatLearnsFromDataIsTheTrainersProgram() throws Exception {
    for (String command :
        List.of(
            "modules fit", "modules compress", "modules bench-fit", "bench train", "train run")) {
      assertThat(outputOf(start(root.resolve("isogloss"), command.split(" "))))
          .endsWith("org.isogloss.trainer.command.Trainer\n" + command.replace(' ', '\n') + "\n");
    }
    assertThat(outputOf(start(root.resolve("isogloss"), "modules", "list")))
        .endsWith("org.isogloss.streams.command.Isogloss\nmodules\nlist\n");
    try (Stream<Path> jars = Files.walk(root.resolve(".isogloss"))) {
      assertThat(jars.map(jar -> jar.getFileName().toString()))
          .contains("isogloss-trainer-1.jar", "isogloss-streams-app-1.jar");
    }
  }

  @Test
  void trainingKeepsFreedMemoryUnlessToldOtherwise() throws Exception {
    assertThat(outputOf(start(root.resolve("isogloss"), "train", "run")))
        .contains("memory: glibc.malloc.hugetlb=1:glibc.malloc.arena_max=1:");
    assertThat(outputOf(start(root.resolve("isogloss"), "modules", "list"))).contains("memory: \n");
    Map<String, String> ours = Map.of("GLIBC_TUNABLES", "glibc.malloc.check=1");
    assertThat(outputOf(start(ours, root.resolve("isogloss"), "train", "run")))
        .contains("memory: glibc.malloc.check=1\n");
  }

  @Test
  void itBuildsAgainOnlyWhenASourceIsNewer() throws Exception {
    outputOf(start(root.resolve("isogloss")));
    outputOf(start(root.resolve("isogloss")));
    assertThat(builds()).hasSize(1);
    Path source = Files.writeString(root.resolve("schemas/src/main/New.java"), "class New {}");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(1)));
    outputOf(start(root.resolve("isogloss")));
    assertThat(builds()).hasSize(2);
  }

  @Test
  void twoStartsAtOnceBuildOnce() throws Exception {
    Process first = start(root.resolve("isogloss"));
    Process second = start(root.resolve("isogloss"));
    assertThat(outputOf(first)).contains("Isogloss");
    assertThat(outputOf(second)).contains("Isogloss");
    assertThat(builds()).hasSize(1);
  }

  @Test
  void itFindsItsCheckoutThroughSymbolicLinks() throws Exception {
    Path bin = Files.createDirectories(folder.resolve("bin"));
    Path link = Files.createSymbolicLink(bin.resolve("isogloss"), root.resolve("isogloss"));
    Path again = Files.createSymbolicLink(bin.resolve("again"), Path.of("isogloss"));
    assertThat(outputOf(start(link))).contains("Isogloss");
    assertThat(outputOf(start(again))).contains("Isogloss");
    assertThat(builds()).hasSize(1);
  }

  @Test
  void aFailedBuildSaysSoAndRunsNothing() throws Exception {
    Files.createFile(root.resolve("broken"));
    Process process = start(root.resolve("isogloss"));
    assertThat(outputOf(process))
        .contains("cannot find symbol")
        .contains("ISO-002")
        .contains("remedy: ")
        .doesNotContain("streams.command.Isogloss");
    assertThat(process.exitValue()).isEqualTo(1);
  }

  @Test
  void aDryRunBuildsNothingAndRunsNothing() throws Exception {
    ProcessBuilder builder = new ProcessBuilder(root.resolve("isogloss").toString(), "doctor");
    builder.environment().put("ISOGLOSS_DRY_RUN", "1");
    builder.environment().put("ISOGLOSS_JAVA_HOME", jdk.toString());
    Process process = builder.start();
    assertThat(outputOf(process)).startsWith(jdk + "/bin/java ").endsWith("doctor \n");
    assertThat(process.exitValue()).isZero();
    assertThat(root.resolve("builds")).doesNotExist();
  }
}
