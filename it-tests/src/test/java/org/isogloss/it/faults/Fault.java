package org.isogloss.it.faults;

/**
 * What can happen to a cluster. Each leaves as many workers as it found, save the first and last.
 */
enum Fault {
  /** One worker becomes three. */
  GROW,
  /** A worker is killed and started again in its slot. */
  KILL_WORKER,
  /** All workers are killed at once and started again. */
  KILL_ALL_WORKERS,
  /** The broker is killed and started again on its port and data. */
  KILL_BROKER,
  /** The router is killed and started again. */
  KILL_ROUTER,
  /**
   * A worker stands still for longer than its session and its transaction, and then goes on; the
   * others have taken its partitions.
   */
  FREEZE_WORKER,
  /** A worker stands still, another starts in its slot, and then the first one goes on. */
  REPLACE_FROZEN_WORKER,
  /** Three workers become one: one drains, one is killed. */
  SHRINK
}
