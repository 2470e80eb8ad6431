package org.isogloss.registry;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.isogloss.schemas.record.ModuleEvent;
import org.isogloss.schemas.record.ModuleEventKind;

/**
 * Who has loaded which module, as the events tell it.
 *
 * <p>A worker that ends says so. One that is killed says nothing: it stops counting when a later
 * worker of its slot loads something, for a slot has one worker at a time, and where its slot is
 * not among those that run.
 */
public final class LoadedModules {
  /** Separates machine, process and slot in a worker's name. */
  private static final char SEPARATOR = ':';

  private LoadedModules() {}

  /**
   * How a worker is called in events: machine, process and slot.
   *
   * @param started of the process: in a container every process has the same number
   */
  public static String workerName(String host, long process, Instant started, String slot) {
    return host + SEPARATOR + process + "-" + started.toEpochMilli() + SEPARATOR + slot;
  }

  /**
   * The workers that hold each module, by the module's name.
   *
   * @param events oldest first
   * @param runs whether a slot's worker is in its group now
   */
  public static SortedMap<String, List<String>> byModule(
      List<ModuleEvent> events, Predicate<String> runs) {
    Map<String, String> lastOfSlot = new HashMap<>();
    SortedMap<String, Set<String>> loaded = new TreeMap<>();
    for (ModuleEvent event : events) {
      String worker = event.getWorker();
      if (worker.isEmpty()) {
        continue;
      }
      Set<String> holders = loaded.computeIfAbsent(event.getSubject(), name -> new TreeSet<>());
      if (event.getEvent() == ModuleEventKind.LOADED) {
        // One that goes may speak after its successor: only who loads takes the slot.
        lastOfSlot.put(slot(worker), worker);
        holders.add(worker);
      } else if (event.getEvent() == ModuleEventKind.EVICTED) {
        holders.remove(worker);
      }
    }
    SortedMap<String, List<String>> running = new TreeMap<>();
    loaded.forEach(
        (module, workers) ->
            running.put(
                module,
                workers.stream()
                    .filter(worker -> worker.equals(lastOfSlot.get(slot(worker))))
                    .filter(worker -> runs.test(slot(worker)))
                    .toList()));
    return running;
  }

  /** A slot may hold any character. */
  private static String slot(String worker) {
    int process = worker.indexOf(SEPARATOR) + 1;
    return worker.substring(worker.indexOf(SEPARATOR, process) + 1);
  }
}
