package org.isogloss.streams.command;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Looks at everything the program stands on, and says what to mend. */
@Command(
    name = "doctor",
    description = {
      "Check JDK, SIMD, memory, disk, libtorch, device, model, broker, topics and the module store",
      "where one is named; say what to mend.",
      "Exit code 1 if anything is broken; what is doubtful is told, and is no failure."
    })
final class DoctorCommand extends IsoglossCommand {
  @Mixin ModelOptions model = new ModelOptions();
  @Mixin ClusterOptions cluster = new ClusterOptions();
  @Mixin ModuleOptions modules = new ModuleOptions();

  DoctorCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    Path home = common.home();
    ModelChecks models = new ModelChecks(model, home, terminal());
    EngineChecks engine = new EngineChecks(model);
    BrokerChecks broker = new BrokerChecks(cluster, home);
    List<Supplier<List<Finding>>> checks =
        List.of(
            () -> List.of(MachineChecks.jdk()),
            () -> List.of(MachineChecks.simd()),
            () -> List.of(MachineChecks.memory(models.wantedMemoryBytes())),
            () -> List.of(MachineChecks.disk(home, models.wantedDiskBytes())),
            engine::findings,
            () -> List.of(models.finding(engine.isUsable())),
            broker::findings,
            () -> StoreChecks.findings(modules, home));
    boolean broken = false;
    for (Supplier<List<Finding>> check : checks) {
      // Each is told at once: some take seconds.
      for (Finding finding : check.get()) {
        tell(finding);
        broken |= finding instanceof Finding.Broken;
      }
    }
    return broken ? FAILED : DONE;
  }

  private void tell(Finding finding) {
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
    terminal().out().flush();
  }

  private void line(String state, String subject, String text) {
    terminal().out().println("%-9s%-9s%s".formatted(state, subject, text));
  }
}
