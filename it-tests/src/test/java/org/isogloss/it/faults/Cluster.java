package org.isogloss.it.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.isogloss.error.ErrorCode;
import org.isogloss.it.process.JavaProcess;
import org.isogloss.it.process.Vitals;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.TopicAdmin;
import org.isogloss.kafka.TopicPlan;
import org.jspecify.annotations.Nullable;

/** Broker, router and workers, each a process of its own. For one thread. */
final class Cluster implements AutoCloseable {
  private static final Duration START_PATIENCE = Duration.ofMinutes(4);
  private static final Duration DRAIN_PATIENCE = Duration.ofMinutes(2);
  private static final int SIGTERM_EXIT_CODE = 128 + 15;
  private static final String SMALL_HEAP = "256m";
  private static final String BROKER_HEAP = "320m";
  private static final int NO_BYTE_MORE = 0;
  private static final int ROUTER_STARTS_AGAIN = 3;

  /** Of the elder's transactions: it is not fenced while the broker is away. */
  private static final Duration PATIENT = Duration.ofMinutes(4);

  /** The slot of a worker that nothing happens to, so that its life is long enough to judge. */
  static final int ELDER = 9;

  private final Path folder;
  private final Path model;
  private final Path logs;
  private final int port;
  private final boolean withElder;
  private final Map<Integer, Integer> disks = new HashMap<>();
  private final Map<Integer, JavaProcess> workers = new TreeMap<>();
  private final List<JavaProcess> zombies = new ArrayList<>();
  private @Nullable JavaProcess broker;
  private @Nullable JavaProcess router;

  /**
   * @param folder for the broker's data and the router's state
   * @param model the backbone that the workers load
   * @param logs where every process writes what it says
   * @param withElder whether there is a worker besides that is left in peace
   */
  Cluster(Path folder, Path model, Path logs, boolean withElder) {
    this.withElder = withElder;
    this.folder = folder;
    this.model = model;
    this.logs = logs;
    this.port = freePort();
  }

  String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  /** Starts broker, topics, router, the worker of slot 0 and the elder. */
  void start() {
    startBroker();
    TopicAdmin.createMissing(KafkaSettings.of(bootstrapServers()), TopicPlan.standard());
    JavaProcess starting = launchRouter();
    startWorkers(withElder ? List.of(0, ELDER) : List.of(0));
    starting.awaitReady(START_PATIENCE);
  }

  void startBroker() {
    broker =
        JavaProcess.start(
                "broker",
                logs,
                BROKER_HEAP,
                BrokerProcess.class,
                List.of(folder.resolve("broker").toString(), Integer.toString(port)))
            .awaitReady(START_PATIENCE);
  }

  void killBroker() {
    require(broker, "broker").kill();
  }

  /**
   * The broker's disk is full; returns when it has ended of itself.
   *
   * @throws IllegalStateException if it goes on
   */
  void fillTheBrokersDisk() {
    JavaProcess filled = require(broker, "broker");
    filled.limitFiles(NO_BYTE_MORE);
    int code = filled.awaitExit(DRAIN_PATIENCE);
    if (code == 0) {
      throw new IllegalStateException("the broker calls a full disk a good end");
    }
  }

  /** Takes from the router, which does not run, what it kept on disk. */
  void wipeRouter() throws IOException {
    delete(folder.resolve("router"));
  }

  /**
   * Takes from the worker of a slot, which does not run, what it kept on disk.
   *
   * @throws IllegalStateException if it kept nothing
   */
  void wipeWorker(int slot) throws IOException {
    if (!Files.exists(disk(slot))) {
      throw new IllegalStateException("the worker of slot " + slot + " kept nothing on disk");
    }
    delete(disk(slot));
  }

  void killRouter() {
    require(router, "router").kill();
  }

  /**
   * Starts the router, as whoever runs it does: again where it gave up because the group would not
   * take it in time.
   *
   * @return how often it had to be started again
   */
  int startRouter() {
    for (int again = 0; ; again++) {
      JavaProcess starting = launchRouter();
      try {
        starting.awaitReady(START_PATIENCE);
        return again;
      } catch (IllegalStateException e) {
        if (again == ROUTER_STARTS_AGAIN
            || starting.isAlive()
            || !starting.output().contains(ErrorCode.TIMED_OUT.code())) {
          throw e;
        }
      }
    }
  }

  /** Starts the workers of these slots side by side and returns when all serve. */
  void startWorkers(Collection<Integer> slots) {
    for (int slot : slots) {
      workers.put(
          slot,
          JavaProcess.start(
              "worker-" + slot,
              logs,
              SMALL_HEAP,
              WorkerProcess.class,
              List.of(
                  bootstrapServers(),
                  Integer.toString(slot),
                  model.toString(),
                  ModuleRoll.store(folder).toString(),
                  disk(slot).toString(),
                  (slot == ELDER ? PATIENT : WorkerProcess.TRANSACTION_TIMEOUT).toString())));
    }
    for (int slot : slots) {
      worker(slot).awaitReady(START_PATIENCE);
    }
  }

  /** Slots in which something can happen. */
  List<Integer> workerSlots() {
    return workers.keySet().stream().filter(slot -> slot != ELDER).toList();
  }

  /** What the elder has said of itself. */
  List<Vitals> vitalsOfTheElder() {
    return Vitals.of(worker(ELDER).output());
  }

  JavaProcess worker(int slot) {
    return require(workers.get(slot), "worker " + slot);
  }

  void killWorker(int slot) {
    worker(slot).kill();
    workers.remove(slot);
  }

  /**
   * SIGTERM; returns when the worker has drained and ended.
   *
   * @throws IllegalStateException if it ended otherwise, and not by a fence
   */
  void drainWorker(int slot) {
    JavaProcess worker = worker(slot);
    if (!drained(worker) && !isFenced(worker)) {
      throw new IllegalStateException(worker.name() + " did not drain");
    }
    workers.remove(slot);
  }

  /** Takes the process out of its slot, so that another can be started there while it lives. */
  JavaProcess evict(int slot) {
    JavaProcess zombie = worker(slot);
    workers.remove(slot);
    // Two processes have two disks.
    disks.merge(slot, 1, Integer::sum);
    zombies.add(zombie);
    return zombie;
  }

  /**
   * Does what whoever runs workers does: starts those again that gave up because the broker had
   * given up on them.
   *
   * @return how many
   * @throws IllegalStateException if one ended for any other reason
   */
  int superviseWorkers() {
    List<Integer> ended =
        workers.entrySet().stream()
            .filter(each -> !each.getValue().isAlive())
            .map(Map.Entry::getKey)
            .toList();
    for (int slot : ended) {
      JavaProcess worker = worker(slot);
      if (slot == ELDER) {
        throw new IllegalStateException("the worker left in peace ended" + worker.output());
      }
      if (!isFenced(worker)) {
        throw new IllegalStateException(worker.name() + " ended, and not by a fence");
      }
    }
    startWorkers(ended);
    return ended.size();
  }

  /**
   * Ends router and workers in order, the broker goes on.
   *
   * @throws IllegalStateException if one does not drain
   */
  void drain() {
    JavaProcess routing = require(router, "router");
    if (!drained(routing)) {
      throw new IllegalStateException("the router did not drain");
    }
    List.copyOf(workers.keySet()).forEach(this::drainWorker);
  }

  @Override
  public void close() {
    List<JavaProcess> all = new ArrayList<>(workers.values());
    all.addAll(zombies);
    if (router != null) {
      all.add(router);
    }
    if (broker != null) {
      all.add(broker);
    }
    all.forEach(JavaProcess::close);
  }

  private static boolean drained(JavaProcess process) {
    int code = process.terminate(DRAIN_PATIENCE);
    return code == 0 || code == SIGTERM_EXIT_CODE;
  }

  private static boolean isFenced(JavaProcess worker) {
    return worker.output().contains(ErrorCode.FENCED.code());
  }

  private JavaProcess launchRouter() {
    JavaProcess launched =
        JavaProcess.start(
            "router",
            logs,
            SMALL_HEAP,
            RouterProcess.class,
            List.of(bootstrapServers(), folder.resolve("router").toString()));
    router = launched;
    return launched;
  }

  private Path disk(int slot) {
    return folder.resolve("worker-%d-%d".formatted(slot, disks.getOrDefault(slot, 0)));
  }

  private static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    List<Path> all;
    try (Stream<Path> walk = Files.walk(directory)) {
      all = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path each : all) {
      Files.delete(each);
    }
  }

  private static JavaProcess require(@Nullable JavaProcess process, String name) {
    if (process == null) {
      throw new IllegalStateException("there is no " + name);
    }
    return process;
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
