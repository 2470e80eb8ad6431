package org.isogloss.it.faults;

/**
 * What can happen to a cluster. Each leaves as many workers as it found, save {@link #GROW} and
 * {@link #SHRINK}.
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
  /** The broker may not write another byte to its disk, and ends; with room again it is started. */
  FILL_DISK,
  /** The router is killed and started again. */
  KILL_ROUTER,
  /** Router and one worker are killed, and start again without what they had on disk. */
  WIPE_STATE,
  /**
   * A worker stands still for longer than its session and its transaction, and then goes on; the
   * others have taken its partitions.
   */
  FREEZE_WORKER,
  /** A worker stands still, another starts in its slot, and then the first one goes on. */
  REPLACE_FROZEN_WORKER,
  /** A language gets a new module, which is activated at once. */
  PUBLISH_MODULE,
  /** Nine of ten sentences are poison. */
  FLOOD_POISON,
  /** Four times as many sentences, most of them of one language. */
  FLOOD_ONE_LANGUAGE,
  /** Everything is sent twice and in another order. */
  REPEAT_AND_REORDER,
  /** Three workers become one: one drains, one is killed. */
  SHRINK
}
