package org.isogloss.streams.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.Map;

/** Runs command lines in this process and keeps what they write. */
final class TestTerminal {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Map<String, String> environment = new HashMap<>();
  private byte[] in = new byte[0];

  TestTerminal environment(String name, String value) {
    environment.put(name, value);
    return this;
  }

  TestTerminal input(String text) {
    in = text.getBytes(UTF_8);
    return this;
  }

  Terminal terminal(boolean interactive) {
    return new Terminal(
        new ByteArrayInputStream(in),
        new PrintStream(out, true, UTF_8),
        new PrintStream(err, true, UTF_8),
        interactive);
  }

  int run(String... arguments) {
    return Isogloss.execute(terminal(false), environment, arguments);
  }

  String out() {
    return out.toString(UTF_8);
  }

  String err() {
    return err.toString(UTF_8);
  }
}
