package org.isogloss.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.isogloss.schemas.record.ModuleEvent;
import org.isogloss.schemas.record.ModuleEventKind;
import org.junit.jupiter.api.Test;

class LoadedModulesTest {
  private static final Instant STARTED = Instant.ofEpochSecond(1_700_000_000);
  private static final String FIRST = LoadedModules.workerName("host", 17, STARTED, "0");
  private static final String SECOND = LoadedModules.workerName("host", 18, STARTED, "1");
  private static final String SUCCESSOR = LoadedModules.workerName("other", 99, STARTED, "0");

  @Test
  void aWorkerThatSaysItStopsHoldsNothing() {
    List<ModuleEvent> events =
        List.of(
            event(ModuleEventKind.LOADED, "language/de@1", FIRST),
            event(ModuleEventKind.LOADED, "language/de@1", SECOND),
            event(ModuleEventKind.EVICTED, "language/de@1", FIRST));
    assertThat(LoadedModules.byModule(events, slot -> true))
        .containsEntry("language/de@1", List.of(SECOND));
  }

  @Test
  void aWorkerThatWasKilledHoldsNothingOnceItsSlotIsEmpty() {
    List<ModuleEvent> events =
        List.of(
            event(ModuleEventKind.LOADED, "language/de@1", FIRST),
            event(ModuleEventKind.LOADED, "language/de@1", SECOND));
    assertThat(LoadedModules.byModule(events, Set.of("1")::contains))
        .containsEntry("language/de@1", List.of(SECOND));
  }

  @Test
  void aWorkerThatWasKilledHoldsNothingOnceItsSlotHasAnother() {
    List<ModuleEvent> events =
        List.of(
            event(ModuleEventKind.LOADED, "language/de@1", FIRST),
            event(ModuleEventKind.LOADED, "language/fr@2", SUCCESSOR));
    assertThat(LoadedModules.byModule(events, slot -> true))
        .containsEntry("language/de@1", List.of())
        .containsEntry("language/fr@2", List.of(SUCCESSOR));
  }

  /** In a container the process has the number of its predecessor, on the same host. */
  @Test
  void aWorkerThatCameBackIsAnotherThanItsPredecessor() {
    String later = LoadedModules.workerName("host", 17, STARTED.plusSeconds(60), "0");
    List<ModuleEvent> events =
        List.of(
            event(ModuleEventKind.LOADED, "language/de@1", FIRST),
            event(ModuleEventKind.LOADED, "language/fr@2", later));
    assertThat(LoadedModules.byModule(events, slot -> true))
        .containsEntry("language/de@1", List.of())
        .containsEntry("language/fr@2", List.of(later));
  }

  @Test
  void aSlotMayHoldAnyCharacter() {
    String worker = LoadedModules.workerName("host", 17, STARTED, "rack:3:gpu:0");
    List<ModuleEvent> events = List.of(event(ModuleEventKind.LOADED, "language/de@1", worker));
    assertThat(LoadedModules.byModule(events, "rack:3:gpu:0"::equals))
        .containsEntry("language/de@1", List.of(worker));
  }

  @Test
  void aWorkerThatIsReplacedMaySpeakLast() {
    List<ModuleEvent> events =
        List.of(
            event(ModuleEventKind.LOADED, "language/de@1", FIRST),
            event(ModuleEventKind.LOADED, "language/de@1", SUCCESSOR),
            event(ModuleEventKind.EVICTED, "language/de@1", FIRST));
    assertThat(LoadedModules.byModule(events, slot -> true))
        .containsEntry("language/de@1", List.of(SUCCESSOR));
  }

  @Test
  void whatPeopleDoLoadsNothing() {
    assertThat(
            LoadedModules.byModule(
                List.of(event(ModuleEventKind.PUBLISHED, "language/de@1", "")), slot -> true))
        .isEmpty();
  }

  private static ModuleEvent event(ModuleEventKind kind, String module, String worker) {
    return ModuleEvent.newBuilder()
        .setSubject(module)
        .setEvent(kind)
        .setWorker(worker)
        .setTimeMillis(0)
        .setCode("")
        .setReason("")
        .setActor("")
        .build();
  }
}
