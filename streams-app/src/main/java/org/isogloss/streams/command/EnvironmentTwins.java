package org.isogloss.streams.command;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Gives every option its environment twin: {@code --bootstrap-servers} is {@code
 * ISOGLOSS_BOOTSTRAP_SERVERS}. The command line wins over the environment, the environment over the
 * default.
 */
final class EnvironmentTwins implements IDefaultValueProvider {
  private final Map<String, String> environment;

  EnvironmentTwins(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  /** The twin's name; empty for options that only ask for help. */
  static Optional<String> nameOf(OptionSpec option) {
    if (option.usageHelp() || option.versionHelp() || !option.longestName().startsWith("--")) {
      return Optional.empty();
    }
    return Optional.of(
        "ISOGLOSS_" + option.longestName().substring(2).replace('-', '_').toUpperCase(Locale.ROOT));
  }

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    if (argument instanceof OptionSpec option) {
      return nameOf(option).map(environment::get).orElse(null);
    }
    return null;
  }
}
