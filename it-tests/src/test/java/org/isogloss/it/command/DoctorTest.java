package org.isogloss.it.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only a fresh process can show: natives that do not load. */
class DoctorTest {
  @TempDir static Path folder;

  @Test
  void nativesThatDoNotLoadAreBrokenAndTheRestIsStillChecked() throws IOException {
    Path natives = Files.createDirectories(folder.resolve("natives"));
    Files.writeString(natives.resolve(System.mapLibraryName("torch")), "this is no library");
    CommandProcess.Result doctor =
        new Commands(folder).run(Map.of("PYTORCH_LIBRARY_PATH", natives.toString()), "", "doctor");
    assertThat(doctor.exitCode()).as(doctor.toString()).isEqualTo(1);
    assertThat(doctor.lines())
        .anyMatch(line -> line.matches("BROKEN +natives +ISO-207: .*"))
        .anyMatch(line -> line.matches(" +remedy: .*PYTORCH_LIBRARY_PATH.*"))
        .anyMatch(line -> line.matches("good +JDK .*"))
        .anyMatch(line -> line.matches("doubtful +model .*"))
        .anyMatch(line -> line.matches("good +broker .*"));
    assertThat(doctor.err()).doesNotContain("\tat ");
  }
}
