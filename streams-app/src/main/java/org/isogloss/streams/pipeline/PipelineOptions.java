package org.isogloss.streams.pipeline;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.isogloss.streams.mine.MinerOptions;
import org.isogloss.streams.route.LanguagePolicy;
import org.isogloss.streams.route.RouterOptions;
import org.isogloss.streams.worker.WorkerOptions;

/**
 * What runs, and how.
 *
 * @param roles at least one
 * @param router used if that role runs; likewise the others
 * @param restarts of a part that stops on its own
 * @param modules what the encoder worker serves
 */
public record PipelineOptions(
    Set<Role> roles,
    RouterOptions router,
    WorkerOptions worker,
    MinerOptions miner,
    RestartPolicy restarts,
    ServedModules modules) {
  private static final String FIRST_SLOT = "0";

  public PipelineOptions {
    if (roles.isEmpty()) {
      throw new IllegalArgumentException("no role");
    }
    roles = Set.copyOf(roles);
  }

  /** All roles, with the defaults of each. */
  public static PipelineOptions all(Path stateDirectory) {
    return of(EnumSet.allOf(Role.class), stateDirectory);
  }

  /**
   * These roles, with the defaults of each.
   *
   * @param stateDirectory where router and miner keep their stores; not shared by two processes
   */
  public static PipelineOptions of(Set<Role> roles, Path stateDirectory) {
    return new PipelineOptions(
        roles,
        RouterOptions.defaults(stateDirectory),
        WorkerOptions.defaults(FIRST_SLOT),
        MinerOptions.in(stateDirectory),
        RestartPolicy.DEFAULT,
        new ServedModules.Bare());
  }

  public PipelineOptions with(LanguagePolicy policy) {
    return new PipelineOptions(roles, router.with(policy), worker, miner, restarts, modules);
  }

  /** The same with this worker. */
  public PipelineOptions with(WorkerOptions encoderWorker) {
    return new PipelineOptions(roles, router, encoderWorker, miner, restarts, modules);
  }

  /** The same with this miner. */
  public PipelineOptions with(MinerOptions bitextMiner) {
    return new PipelineOptions(roles, router, worker, bitextMiner, restarts, modules);
  }

  /** The same with this policy of restarts. */
  public PipelineOptions with(RestartPolicy policy) {
    return new PipelineOptions(roles, router, worker, miner, policy, modules);
  }

  /** The same with an encoder worker that serves these modules. */
  public PipelineOptions with(ServedModules served) {
    return new PipelineOptions(roles, router, worker, miner, restarts, served);
  }

  /** Seals scopes in which nothing comes for so long; empty: by request only. */
  public PipelineOptions withIdleSeal(Optional<Duration> idle) {
    return new PipelineOptions(
        roles, router, worker, idle.map(miner::withIdleSeal).orElse(miner), restarts, modules);
  }
}
