package org.isogloss.trainer.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.isogloss.error.IsoglossException;
import org.isogloss.registry.ModuleLedger;
import org.junit.jupiter.api.Test;

class ModuleArgumentsTest {
  private final ModuleLedger empty = new ModuleLedger();

  @Test
  void whereNothingServesTheOptionGoes() {
    assertThat(
            ModuleArguments.settled(
                List.of(
                    "--lr",
                    "1",
                    "--language-module",
                    "active",
                    "--pivot-module=active",
                    "--sentence-encoding-of",
                    "active",
                    "--sentence-encoding-rank",
                    "2"),
                "de",
                empty))
        .containsExactly("--lr", "1");
  }

  @Test
  void theRankOfWhatAFolderLendsStays() {
    assertThat(
            ModuleArguments.settled(
                List.of("--sentence-encoding-of", "own/en", "--sentence-encoding-rank=2"),
                "de",
                empty))
        .containsExactly("--sentence-encoding-of", "own/en", "--sentence-encoding-rank=2");
  }

  @Test
  void foldersStayAsTheyAreAndOtherOptionsAreNotTouched() {
    List<String> arguments =
        List.of("--parallel", "active", "--language-module=own/de", "--pivot-module", "own/en");
    List<String> settled = ModuleArguments.settled(arguments, "de", empty);
    assertThat(settled)
        .containsExactly(
            "--parallel", "active", "--language-module", "own/de", "--pivot-module", "own/en");
    assertThat(ModuleArguments.folders(settled))
        .containsExactly(Path.of("own/de"), Path.of("own/en"));
  }

  @Test
  void aNameThatNobodyPublishedIsRefused() {
    assertThatThrownBy(
            () ->
                ModuleArguments.inFolders(
                    List.of("--language-module", "language/de@7"),
                    empty,
                    (name, module) -> Path.of(name)))
        .isInstanceOf(IsoglossException.class)
        .hasMessageContaining("language/de@7");
  }
}
