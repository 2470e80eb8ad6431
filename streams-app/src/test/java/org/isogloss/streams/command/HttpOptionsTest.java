package org.isogloss.streams.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class HttpOptionsTest {
  @Command
  private static final class Server {
    @Mixin private final HttpOptions http = new HttpOptions();
  }

  @Test
  void aProcessTellsOfItselfOnLoopbackUnlessItIsToldOtherwise() {
    Server byDefault = CommandLine.populateCommand(new Server());
    assertThat(byDefault.http.address().getAddress().isLoopbackAddress()).isTrue();

    Server toEverybody = CommandLine.populateCommand(new Server(), "--http-host", "0.0.0.0");
    assertThat(toEverybody.http.address().getAddress().isAnyLocalAddress()).isTrue();
  }
}
