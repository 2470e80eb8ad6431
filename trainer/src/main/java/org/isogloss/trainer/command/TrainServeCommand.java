package org.isogloss.trainer.command;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.trainer.serve.TrainingJobs;
import org.isogloss.trainer.serve.TrainingService;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The training service. */
@Command(
    name = "serve",
    description = {
      "Takes jobs of isogloss.training-jobs, trains, scores, publishes the candidate and promotes",
      "it if asked to; see `train submit`. Told to end (SIGTERM), it stops at a checkpoint."
    })
final class TrainServeCommand extends TrainerCommand {
  private static final Duration POLL = Duration.ofSeconds(1);

  @Mixin private final ClusterOptions cluster = new ClusterOptions();
  @Mixin private final StoreOptions modules = new StoreOptions();

  @Option(
      names = "--name",
      paramLabel = "NAME",
      defaultValue = "trainer",
      description = {
        "Of the service, its own: jobs that an earlier run under this name left are taken up",
        "again at once."
      })
  private String name = "trainer";

  @Option(
      names = "--work",
      paramLabel = "DIR",
      description = {
        "Where jobs keep checkpoints and modules, for this service alone; training/NAME in --home",
        "unless given."
      })
  private @Nullable Path work;

  @Option(
      names = "--lease-seconds",
      paramLabel = "N",
      defaultValue = "60",
      description = "A service of which nothing is heard for so long loses its job to another.")
  private int leaseSeconds = 60;

  private final Map<String, String> environment;

  TrainServeCommand(Terminal terminal, Map<String, String> environment) {
    super(terminal);
    this.environment = environment;
  }

  @Override
  boolean heedsStop() {
    return true;
  }

  @Override
  void check() {
    require(leaseSeconds >= 1, "--lease-seconds " + leaseSeconds);
    require(!name.isBlank(), "--name is empty");
  }

  @Override
  void run() {
    KafkaSettings kafka = cluster.requireRunning(model.home());
    Path folder = work == null ? model.home().resolve("training").resolve(name) : work;
    try (FileChannel channel = own(folder);
        FileLock held = lock(channel, folder);
        TrainingJobs jobs = new TrainingJobs(kafka, InstantSource.system())) {
      terminal()
          .out()
          .println(
              "ready: %s takes jobs from %s, works in %s"
                  .formatted(name, kafka.bootstrapServers(), folder));
      new TrainingService(
              jobs,
              new TrainingService.Settings(
                  name, UUID.randomUUID().toString(), Duration.ofSeconds(leaseSeconds), POLL),
              new StageJobRun(
                  terminal(),
                  environment,
                  model,
                  folder,
                  kafka,
                  modules.store(model.home()),
                  modules.source(model.home()),
                  jobs::settle),
              terminal().nanoClock(),
              text -> terminal().note("%s", text))
          .serve(terminal().stop());
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.OUTPUT_FAILED, folder + " cannot be used: " + e.getMessage(), e);
    }
  }

  private static FileChannel own(Path folder) throws IOException {
    Files.createDirectories(folder);
    return FileChannel.open(
        folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  private static FileLock lock(FileChannel channel, Path folder) throws IOException {
    FileLock lock = channel.tryLock();
    if (lock == null) {
      throw new IsoglossException(
          ErrorCode.BAD_OPTION,
          "another training service works in %s; give each a --name of its own".formatted(folder));
    }
    return lock;
  }
}
