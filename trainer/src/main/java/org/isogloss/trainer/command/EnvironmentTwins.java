package org.isogloss.trainer.command;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Gives {@code --some-name} the twin {@code ISOGLOSS_SOME_NAME}; the command line wins. */
record EnvironmentTwins(Map<String, String> environment) implements IDefaultValueProvider {
  EnvironmentTwins {
    environment = Map.copyOf(environment);
  }

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option)
        || option.usageHelp()
        || !option.longestName().startsWith("--")) {
      return null;
    }
    String name = option.longestName().substring(2).replace('-', '_').toUpperCase(Locale.ROOT);
    return environment.get("ISOGLOSS_" + name);
  }
}
