package org.isogloss.it.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * What happens, in which order, with which pauses. A function of its seed.
 *
 * @param pauses before each fault
 */
record FaultPlan(List<Fault> faults, List<Duration> pauses) {
  private static final int SHORTEST_PAUSE_MILLIS = 300;
  private static final int LONGEST_PAUSE_MILLIS = 2_500;

  FaultPlan {
    faults = List.copyOf(faults);
    pauses = List.copyOf(pauses);
  }

  /**
   * Kills one worker; grows; everything else in any order, so many rounds of it; shrinks; kills the
   * last worker.
   */
  static FaultPlan of(long seed, int rounds) {
    Random random = new Random(seed);
    List<Fault> faults = new ArrayList<>();
    faults.add(Fault.KILL_WORKER);
    for (int round = 0; round < rounds; round++) {
      List<Fault> middle =
          new ArrayList<>(
              List.of(
                  Fault.KILL_WORKER,
                  Fault.KILL_ALL_WORKERS,
                  Fault.KILL_BROKER,
                  Fault.FILL_DISK,
                  Fault.KILL_ROUTER,
                  Fault.WIPE_STATE,
                  Fault.FREEZE_WORKER,
                  Fault.REPLACE_FROZEN_WORKER,
                  Fault.PUBLISH_MODULE,
                  Fault.PUBLISH_MODULE,
                  Fault.FLOOD_POISON,
                  Fault.FLOOD_ONE_LANGUAGE,
                  Fault.REPEAT_AND_REORDER));
      Collections.shuffle(middle, random);
      faults.add(Fault.GROW);
      faults.addAll(middle);
      faults.add(Fault.SHRINK);
      faults.add(Fault.KILL_WORKER);
    }
    List<Duration> pauses =
        faults.stream()
            .map(
                any ->
                    Duration.ofMillis(random.nextInt(SHORTEST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS)))
            .toList();
    return new FaultPlan(faults, pauses);
  }
}
