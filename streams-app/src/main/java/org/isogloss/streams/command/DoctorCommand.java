package org.isogloss.streams.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Looks at everything the program stands on, and says what to mend. */
@Command(name = "doctor", description = "Check JDK, SIMD, memory and disk; say what to mend.")
final class DoctorCommand extends IsoglossCommand {
  @Mixin ModelOptions model = new ModelOptions();
  @Mixin ClusterOptions broker = new ClusterOptions();

  DoctorCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    Path home = common.home();
    List<Finding> findings = new ArrayList<>();
    findings.add(MachineChecks.jdk());
    findings.add(MachineChecks.vectorModule());
    findings.add(MachineChecks.memory());
    findings.add(MachineChecks.disk(home));
    boolean broken = false;
    for (Finding finding : findings) {
      print(finding);
      broken |= finding instanceof Finding.Broken;
    }
    return broken ? FAILED : DONE;
  }

  private void print(Finding finding) {
    String subject = finding.subject();
    switch (finding) {
      case Finding.Good good -> line("good", subject, good.detail());
      case Finding.Doubtful doubtful -> {
        line("doubtful", subject, doubtful.detail());
        line("", "", "remedy: " + doubtful.remedy());
      }
      case Finding.Broken broken -> {
        line("BROKEN", subject, broken.detail());
        line("", "", "remedy: " + broken.remedy());
      }
    }
  }

  private void line(String state, String subject, String text) {
    terminal().out().println("%-9s%-9s%s".formatted(state, subject, text));
  }
}
