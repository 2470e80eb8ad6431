package org.isogloss.streams.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

class CommandLineConventionsTest {
  private final TestTerminal terminal = new TestTerminal();

  private static List<CommandLine> all(CommandLine line) {
    List<CommandLine> all = new ArrayList<>(List.of(line));
    line.getSubcommands().values().forEach(sub -> all.addAll(all(sub)));
    return all;
  }

  @Test
  void everyOptionHasAnEnvironmentTwinThatSetsIt() {
    int seen = 0;
    for (CommandLine command : all(Isogloss.commandLine(terminal.terminal(false), Map.of()))) {
      Set<String> twins = new HashSet<>();
      for (OptionSpec option : command.getCommandSpec().options()) {
        if (option.usageHelp()) {
          continue;
        }
        String twin = EnvironmentTwins.nameOf(option).orElseThrow();
        assertThat(twin).matches("ISOGLOSS_[A-Z0-9_]+");
        assertThat(twins.add(twin)).as("%s twice", twin).isTrue();
        assertThat(new EnvironmentTwins(Map.of(twin, "17")).defaultValue(option)).isEqualTo("17");
        seen++;
      }
    }
    assertThat(seen).isGreaterThan(10);
  }

  @Test
  void theCommandLineWinsOverTheEnvironmentAndTheEnvironmentOverTheDefault() {
    Map<String, String> environment = Map.of("ISOGLOSS_LAYERS", "5", "ISOGLOSS_MAX_TOKENS", "64");
    CommandLine line = Isogloss.commandLine(terminal.terminal(false), environment);
    CommandLine.ParseResult parsed = line.parseArgs("doctor", "--layers", "7");
    DoctorCommand doctor = (DoctorCommand) parsed.subcommand().commandSpec().userObject();
    assertThat(doctor.model.layers()).contains(7);
    assertThat(doctor.model.maxTokens()).isEqualTo(64);
    assertThat(doctor.model.tokenBudget()).isEqualTo(2048);
  }

  @Test
  void aBadValueInTheEnvironmentIsAnErrorOfUsage() {
    assertThat(terminal.environment("ISOGLOSS_LAYERS", "many").run("doctor")).isEqualTo(2);
    assertThat(terminal.err()).startsWith("ISO-121: ").contains("many");
  }

  @Test
  void helpShowsDefaultsOnStandardOutputForEveryCommand() {
    for (CommandLine command : all(Isogloss.commandLine(terminal.terminal(false), Map.of()))) {
      List<String> arguments =
          new ArrayList<>(List.of(command.getCommandSpec().qualifiedName(" ").split(" ")));
      arguments.removeFirst();
      arguments.add("--help");
      assertThat(terminal.run(arguments.toArray(String[]::new))).as("%s", arguments).isZero();
    }
    assertThat(terminal.err()).isEmpty();
    assertThat(terminal.out()).contains("Default: mbert").contains("--bootstrap-servers");
  }

  @Test
  void aWrongCallSaysWhatIsWrongWhatToDoAndExitsWithTwo() {
    assertThat(terminal.run("doctor", "--no-such-option")).isEqualTo(2);
    assertThat(terminal.out()).isEmpty();
    assertThat(terminal.err().lines())
        .satisfiesExactly(
            first -> assertThat(first).startsWith("ISO-121: ").contains("--no-such-option"),
            second -> assertThat(second).startsWith("remedy: "),
            third -> assertThat(third).isEqualTo("help: isogloss doctor --help"));
  }

  @Test
  void noCommandAndAnUnknownCommandAreWrongCalls() {
    assertThat(terminal.run()).isEqualTo(2);
    assertThat(terminal.run("docter")).isEqualTo(2);
    assertThat(terminal.err()).contains("perhaps: doctor").doesNotContain("\tat ");
  }

  @Test
  void anErrorIsRenderedByTheCodeNearestBehindIt() {
    IsoglossException coded = new IsoglossException(ErrorCode.BROKER_UNREACHABLE, "nobody at h:1");
    ErrorReport.print(
        terminal.terminal(false).err(), new IllegalStateException("wrapped", coded), false);
    assertThat(terminal.err())
        .isEqualTo(
            "ISO-301: nobody at h:1%nremedy: %s%n"
                .formatted(ErrorCode.BROKER_UNREACHABLE.remedy()));
  }

  @Test
  void anUnforeseenErrorIsOursAndItsStackTraceIsShownOnlyWhenAskedFor() {
    RuntimeException failure = new IllegalStateException("broken");
    ErrorReport.print(terminal.terminal(false).err(), failure, false);
    assertThat(terminal.err()).startsWith("ISO-900: IllegalStateException: broken");
    assertThat(terminal.err()).doesNotContain("\tat ");
    ErrorReport.print(terminal.terminal(false).err(), failure, true);
    assertThat(terminal.err()).contains("\tat ");
  }
}
