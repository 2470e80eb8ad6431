package org.isogloss.it.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.isogloss.error.ErrorCode;
import org.isogloss.it.process.JavaProcess;
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

  private final Path folder;
  private final Path model;
  private final Path logs;
  private final int port;
  private final Map<Integer, JavaProcess> workers = new TreeMap<>();
  private final List<JavaProcess> zombies = new ArrayList<>();
  private @Nullable JavaProcess broker;
  private @Nullable JavaProcess router;

  /**
   * @param folder for the broker's data and the router's state
   * @param model the backbone that the workers load
   * @param logs where every process writes what it says
   */
  Cluster(Path folder, Path model, Path logs) {
    this.folder = folder;
    this.model = model;
    this.logs = logs;
    this.port = freePort();
  }

  String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  /** Starts broker, topics, router and the worker of slot 0. */
  void start() {
    startBroker();
    TopicAdmin.createMissing(KafkaSettings.of(bootstrapServers()), TopicPlan.standard());
    JavaProcess starting = launchRouter();
    startWorkers(List.of(0));
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

  void killRouter() {
    require(router, "router").kill();
  }

  void startRouter() {
    launchRouter().awaitReady(START_PATIENCE);
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
              List.of(bootstrapServers(), Integer.toString(slot), model.toString())));
    }
    for (int slot : slots) {
      worker(slot).awaitReady(START_PATIENCE);
    }
  }

  List<Integer> workerSlots() {
    return List.copyOf(workers.keySet());
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
    workerSlots().forEach(this::drainWorker);
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
