package org.isogloss.streams.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;

/**
 * Where a command reads and writes.
 *
 * @param out results, UTF-8, nothing else; buffered, flushed at the end of the command
 * @param err progress, notes and errors
 * @param interactive whether {@code err} is a screen on which a line can be written over
 */
record Terminal(InputStream in, PrintStream out, PrintStream err, boolean interactive) {
  private static final int OUT_BUFFER_BYTES = 1 << 16;

  /** The process's own streams; the launcher says whether standard error is a terminal. */
  static Terminal ofProcess() {
    return new Terminal(
        new BufferedInputStream(new FileInputStream(FileDescriptor.in)),
        new PrintStream(
            new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), OUT_BUFFER_BYTES),
            false,
            UTF_8),
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, UTF_8),
        Boolean.getBoolean("isogloss.terminal"));
  }

  /** A line for people. */
  void note(String format, Object... arguments) {
    err.println(arguments.length == 0 ? format : format.formatted(arguments));
  }
}
