package org.isogloss.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.PostProcessing;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.ModuleKind;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.error.ErrorCode;
import org.isogloss.registry.ModuleLedger.Change;
import org.isogloss.registry.ModuleLedger.Refused;
import org.isogloss.registry.ModuleLedger.Switched;
import org.isogloss.registry.ModuleLedger.Version;
import org.isogloss.registry.ModuleLedger.Waiting;
import org.junit.jupiter.api.Test;

class ModuleLedgerTest {
  private static final long SEED = Long.getLong("isogloss.seed", 20261124L);

  private final ModuleLedger ledger = new ModuleLedger();

  @Test
  void nothingServesUntilItIsActivated() {
    ledger.announce(language("de", 1));
    assertThat(ledger.effective("de")).isEqualTo(ModuleSelection.none("de"));
    List<Change> changes = ledger.activate(selection(language("de", 1)));
    assertThat(changes).singleElement().isInstanceOf(Switched.class);
    assertThat(ledger.effective("de")).isEqualTo(selection(language("de", 1)));
  }

  @Test
  void aNameKeepsItsFirstContent() {
    Version first = language("de", 1);
    ledger.announce(first);
    assertThat(ledger.announce(first)).isEmpty();
    Version other =
        new Version(
            new ModuleReference(ModuleKind.LANGUAGE, "de", 1, Digest.of("other")),
            first.manifest(),
            1,
            2);
    assertThat(ledger.announce(other))
        .singleElement()
        .satisfies(c -> assertThat(((Refused) c).code()).isEqualTo(ErrorCode.MODULE_CONFLICT));
    assertThat(ledger.activate(selection(other)))
        .singleElement()
        .satisfies(c -> assertThat(((Refused) c).code()).isEqualTo(ErrorCode.MODULE_CONFLICT));
    assertThat(ledger.effective("de")).isEqualTo(ModuleSelection.none("de"));
  }

  @Test
  void anActiveSetMayComeBeforeTheAnnouncementItNames() {
    assertThat(ledger.activate(selection(language("de", 1))))
        .singleElement()
        .isInstanceOf(Waiting.class);
    assertThat(ledger.waiting())
        .singleElement()
        .satisfies(
            waiting -> {
              assertThat(waiting.module()).isEqualTo(language("de", 1).reference());
              assertThat(waiting.code()).isEqualTo(ErrorCode.MODULE_MISSING);
            });
    ledger.announce(language("de", 1));
    assertThat(ledger.effective("de")).isEqualTo(selection(language("de", 1)));
    assertThat(ledger.waiting()).isEmpty();
  }

  @Test
  void anAlignmentMadeForAnotherLanguageModuleIsRefused() {
    ledger.announce(language("de", 1));
    ledger.announce(language("de", 2));
    Version alignment = alignment("de", 1, Optional.of(language("de", 1)), Optional.empty());
    ledger.announce(alignment);
    ledger.activate(selection(language("de", 1), alignment));
    assertThat(ledger.activate(selection(language("de", 2), alignment)))
        .singleElement()
        .satisfies(c -> assertThat(((Refused) c).code()).isEqualTo(ErrorCode.MODULE_MISFIT));
    assertThat(ledger.effective("de")).isEqualTo(selection(language("de", 1), alignment));
  }

  @Test
  void replacementsSwitchInTheSameStepAsTheirPivot() {
    Version oldPivot = language("en", 1);
    Version newPivot = language("en", 2);
    Version oldAlignment = alignment("de", 1, Optional.empty(), Optional.of(oldPivot));
    Version newAlignment = alignment("de", 2, Optional.empty(), Optional.of(newPivot));
    List.of(oldPivot, newPivot, oldAlignment, newAlignment).forEach(ledger::announce);
    ledger.activate(selection(oldPivot));
    ledger.activate(selection("de", oldAlignment));
    assertThat(ledger.alignmentsNotFor(Optional.of(newPivot.reference().digest())))
        .containsExactly(selection("de", oldAlignment));

    assertThat(ledger.activate(selection("de", newAlignment)))
        .singleElement()
        .isInstanceOf(Waiting.class);
    assertThat(ledger.effective("de")).isEqualTo(selection("de", oldAlignment));
    assertThat(ledger.waiting())
        .singleElement()
        .satisfies(waiting -> assertThat(waiting.code()).isEqualTo(ErrorCode.MODULE_MISFIT));

    assertThat(ledger.activate(selection(newPivot))).hasSize(2);
    assertThat(ledger.effective("de")).isEqualTo(selection("de", newAlignment));
    assertThat(ledger.waiting()).isEmpty();
  }

  @Test
  void aLanguageWithoutAReplacementServesWithoutAlignment() {
    Version oldPivot = language("en", 1);
    Version newPivot = language("en", 2);
    Version alignment = alignment("de", 1, Optional.empty(), Optional.of(oldPivot));
    List.of(oldPivot, newPivot, alignment).forEach(ledger::announce);
    ledger.activate(selection(oldPivot));
    ledger.activate(selection("de", alignment));
    ledger.activate(selection(newPivot));
    assertThat(ledger.effective("de")).isEqualTo(ModuleSelection.none("de"));
    ledger.activate(selection(oldPivot));
    assertThat(ledger.effective("de")).isEqualTo(selection("de", alignment));
  }

  @Test
  void aLanguageThatLosesItsAlignmentKeepsItsLanguageModule() {
    Version oldPivot = language("en", 1);
    Version newPivot = language("en", 2);
    Version german = language("de", 1);
    Version alignment = alignment("de", 1, Optional.of(german), Optional.of(oldPivot));
    for (boolean restarted : new boolean[] {false, true}) {
      ModuleLedger each = new ModuleLedger();
      List.of(oldPivot, newPivot, german, alignment).forEach(each::announce);
      if (!restarted) {
        each.activate(selection(oldPivot), Optional.of(ModuleSelection.none("en")));
      }
      each.activate(selection(german, alignment), Optional.of(ModuleSelection.none("de")));
      each.activate(selection(newPivot), Optional.of(selection(oldPivot)));
      assertThat(each.effective("de")).as("restarted: %s", restarted).isEqualTo(selection(german));
    }
  }

  @Test
  void everyOrderOfTheLatestRecordsLeadsToTheSameActiveSet() {
    Version pivot = language("en", 1);
    Version german = language("de", 1);
    Version turkish = language("tr", 1);
    Version germanAlignment = alignment("de", 1, Optional.of(german), Optional.of(pivot));
    Version turkishAlignment = alignment("tr", 1, Optional.of(turkish), Optional.of(pivot));
    List<Runnable> records = new ArrayList<>();
    List<ModuleLedger> subject = new ArrayList<>(List.of(new ModuleLedger()));
    for (Version v : List.of(pivot, german, turkish, germanAlignment, turkishAlignment)) {
      records.add(() -> subject.getFirst().announce(v));
    }
    for (ModuleSelection s :
        List.of(
            selection(pivot),
            selection(german, germanAlignment),
            selection(turkish, turkishAlignment))) {
      records.add(() -> subject.getFirst().activate(s));
    }
    Random random = new Random(SEED);
    for (int round = 0; round < 500; round++) {
      Collections.shuffle(records, random);
      subject.set(0, new ModuleLedger());
      records.forEach(Runnable::run);
      assertThat(subject.getFirst().effective())
          .as("seed %d, round %d", SEED, round)
          .containsExactly(
              selection(german, germanAlignment),
              selection(pivot),
              selection(turkish, turkishAlignment));
    }
  }

  @Test
  void numbersCountUpPerKindAndLanguage() {
    ledger.announce(language("de", 1));
    ledger.announce(language("de", 4));
    assertThat(ledger.nextNumber(ModuleKind.LANGUAGE, "de")).isEqualTo(5);
    assertThat(ledger.nextNumber(ModuleKind.ALIGNMENT, "de")).isEqualTo(1);
  }

  private static final ModuleManifest.Common COMMON =
      new ModuleManifest.Common(
          Digest.of("backbone"), 8, 4, Map.of(), Map.of(), "Apache-2.0", List.of());

  private static Version language(String language, int number) {
    return new Version(
        new ModuleReference(
            ModuleKind.LANGUAGE, language, number, Digest.of("l" + language + number)),
        new ModuleManifest.Language(
            language,
            COMMON,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            PostProcessing.CENTRE),
        1,
        1);
  }

  private static Version alignment(
      String language, int number, Optional<Version> languageModule, Optional<Version> pivot) {
    return new Version(
        new ModuleReference(
            ModuleKind.ALIGNMENT, language, number, Digest.of("a" + language + number)),
        new ModuleManifest.Alignment(
            language,
            COMMON,
            languageModule.map(v -> v.reference().digest()),
            pivot.map(v -> v.reference().digest()),
            Optional.empty(),
            true),
        1,
        1);
  }

  private static ModuleSelection selection(Version languageModule) {
    return new ModuleSelection(
        languageModule.reference().language(),
        Optional.of(languageModule.reference()),
        Optional.empty());
  }

  private static ModuleSelection selection(String language, Version alignment) {
    return new ModuleSelection(language, Optional.empty(), Optional.of(alignment.reference()));
  }

  private static ModuleSelection selection(Version languageModule, Version alignment) {
    return new ModuleSelection(
        languageModule.reference().language(),
        Optional.of(languageModule.reference()),
        Optional.of(alignment.reference()));
  }
}
