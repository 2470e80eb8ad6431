package org.isogloss.encoder.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ModelHomeTest {
  private static final BackboneCatalogue TINY = BackboneCatalogue.TINY;

  @TempDir Path home;

  @Test
  void aFetchedModelOpensAndIsNotFetchedAgain() {
    AtomicInteger made = new AtomicInteger();
    ModelHome models = counting(made);
    assertThat(models.isPresent(TINY)).isFalse();
    Path directory = models.fetch(TINY, FetchListener.silent());
    assertThat(models.fetch(TINY, FetchListener.silent())).isEqualTo(directory);
    assertThat(models.isPresent(TINY)).isTrue();
    assertThat(made).hasValue(1);
    Backbone.open(directory).close();
  }

  @Test
  void aNameOfTheCatalogueIsFetchedAndADirectoryIsTakenAsItIs() {
    ModelHome models = new ModelHome(home);
    Path directory = models.resolve("tiny", FetchListener.silent());
    assertThat(directory).isEqualTo(models.directory(TINY)).isDirectory();
    assertThat(models.resolve(directory.toString(), FetchListener.silent())).isEqualTo(directory);
    for (String wrong : List.of("no-such-model", "\0")) {
      assertThatThrownBy(() -> models.resolve(wrong, FetchListener.silent()))
          .isInstanceOfSatisfying(
              IsoglossException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.MODEL_FILE_MISSING));
    }
  }

  @Test
  void aFetchThatFailsHalfWayLeavesNothingAndTheNextOneSucceeds() throws IOException {
    for (Exception failure :
        List.of(
            new IOException("No space left on device"),
            new IllegalStateException("thrown midway"),
            new IsoglossException(ErrorCode.DIGEST_MISMATCH, "thrown midway"))) {
      ModelHome failing =
          new ModelHome(
              home,
              (model, directory, listener) -> {
                Files.writeString(directory.resolve("config.json"), "{");
                Files.createDirectories(directory.resolve("deeper").resolve("still"));
                switch (failure) {
                  case IOException e -> throw e;
                  case RuntimeException e -> throw e;
                  default -> throw new AssertionError(failure);
                }
              });
      assertThatThrownBy(() -> failing.fetch(TINY, FetchListener.silent()))
          .hasMessageContaining(failure.getMessage());
      assertThat(failing.isPresent(TINY)).isFalse();
      assertOnlyTheLockIsLeft();
    }
    Backbone.open(new ModelHome(home).fetch(TINY, FetchListener.silent())).close();
  }

  @Test
  void aFullDiskHasACodeAndItsReason() {
    ModelHome failing =
        new ModelHome(
            home,
            (model, directory, listener) -> {
              throw new IOException("No space left on device");
            });
    assertThatThrownBy(() -> failing.fetch(TINY, FetchListener.silent()))
        .isInstanceOfSatisfying(
            IsoglossException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.FETCH_FAILED);
              assertThat(e.reason()).contains("No space left on device", home.toString());
            });
  }

  @Test
  void aListenerThatThrowsLeavesNothingEither() throws IOException {
    ModelHome models =
        new ModelHome(
            home,
            (model, directory, listener) -> {
              Files.writeString(directory.resolve("config.json"), "{");
              listener.step("converting");
            });
    assertThatThrownBy(
            () ->
                models.fetch(
                    TINY,
                    step -> {
                      throw new IllegalStateException("the terminal is gone");
                    }))
        .hasMessage("the terminal is gone");
    assertOnlyTheLockIsLeft();
  }

  @Test
  void whatAnInterruptedFetchLeftIsRemovedAndTheRestIsNot() throws IOException {
    Path models = Files.createDirectories(home.resolve("models"));
    Path leftOver = Files.createDirectories(models.resolve(".part-tiny-1234").resolve("deeper"));
    Files.writeString(leftOver.resolve("model.safetensors"), "half");
    Files.writeString(models.resolve(".part-tiny-4321"), "a file");
    Path ofThisProcess = models.resolve(".part-tiny-" + ProcessHandle.current().pid());
    Files.writeString(Files.createDirectory(ofThisProcess).resolve("config.json"), "half");
    Path ofAnother = Files.createDirectory(models.resolve(".part-mbert-1234"));
    // A model that lacks its config.json is none.
    Path halfModel = Files.createDirectory(models.resolve("tiny"));
    Files.writeString(halfModel.resolve("stray"), "half");

    Path directory = new ModelHome(home).fetch(TINY, FetchListener.silent());
    Backbone.open(directory).close();
    assertThat(directory.resolve("stray")).doesNotExist();
    assertThat(names(models))
        .containsExactlyInAnyOrder("tiny", ".tiny.lock", ofAnother.getFileName().toString());
  }

  @Test
  void twoThreadsThatFetchAtOnceMakeOneModel() throws Exception {
    AtomicInteger made = new AtomicInteger();
    int threads = 4;
    CountDownLatch start = new CountDownLatch(threads);
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      List<Future<Path>> fetched = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        // A home of each thread's own, as two parts of one program would have.
        ModelHome models = counting(made);
        fetched.add(
            executor.submit(
                () -> {
                  start.countDown();
                  start.await();
                  return models.fetch(TINY, FetchListener.silent());
                }));
      }
      for (Future<Path> each : fetched) {
        Backbone.open(each.get()).close();
      }
    }
    assertThat(made).hasValue(1);
  }

  @Test
  void twoProcessesThatFetchAtOnceMakeOneModel() throws Exception {
    List<Process> processes =
        List.of(FetchingProcess.start(home, "make"), FetchingProcess.start(home, "make"));
    for (Process process : processes) {
      assertThat(process.waitFor(50, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
    }
    assertThat(FetchingProcess.made(home)).isEqualTo(1);
    Backbone.open(new ModelHome(home).directory(TINY)).close();
  }

  @Test
  void whoeverWaitsForAProcessThatIsKilledFetchesInItsPlace() throws Exception {
    Process killed = FetchingProcess.start(home, "hang");
    try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
      while (FetchingProcess.made(home) == 0) {
        assertThat(killed.isAlive()).isTrue();
        Thread.sleep(5);
      }
      assertThat(new ModelHome(home).isPresent(TINY)).isFalse();
      CountDownLatch waiting = new CountDownLatch(1);
      Future<Path> fetched =
          executor.submit(() -> new ModelHome(home).fetch(TINY, step -> waiting.countDown()));
      assertThat(waiting.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(fetched.isDone()).isFalse();
      killed.destroyForcibly().waitFor();
      Backbone.open(fetched.get()).close();
    } finally {
      killed.destroyForcibly();
    }
    assertThat(names(home.resolve("models"))).containsExactlyInAnyOrder("tiny", ".tiny.lock");
  }

  @Test
  void aModelIsAsReadableAsWhateverElseTheUserWrites() throws IOException {
    Path directory = new ModelHome(home).fetch(TINY, FetchListener.silent());
    assertThat(Files.getPosixFilePermissions(directory))
        .isEqualTo(Files.getPosixFilePermissions(Files.createDirectory(home.resolve("directory"))));
    assertThat(Files.getPosixFilePermissions(directory.resolve("model.safetensors")))
        .isEqualTo(Files.getPosixFilePermissions(Files.createFile(home.resolve("file"))));
  }

  private ModelHome counting(AtomicInteger made) {
    return new ModelHome(
        home,
        (model, directory, listener) -> {
          made.incrementAndGet();
          RandomBackbone.write(directory, RandomBackbone.Options.TINY);
        });
  }

  private void assertOnlyTheLockIsLeft() throws IOException {
    assertThat(names(home.resolve("models"))).containsExactly(".tiny.lock");
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> children = Files.list(directory)) {
      return children.map(child -> child.getFileName().toString()).toList();
    }
  }
}
