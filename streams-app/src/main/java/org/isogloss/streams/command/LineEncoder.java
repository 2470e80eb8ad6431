package org.isogloss.streams.command;

import java.util.Iterator;
import java.util.Optional;
import org.isogloss.encoder.space.View;
import org.isogloss.streams.send.LineIds;

/** Turns lines into results, in the order of the lines. */
interface LineEncoder extends AutoCloseable {
  /**
   * What to do with every line.
   *
   * @param source names the input; a line's id is made by {@link LineIds}
   * @param language of every line; empty: to be identified
   */
  record Task(String source, Optional<String> language, View view) {
    String id(InputLine line) {
      return LineIds.of(source, line.number());
    }
  }

  /** How far it is. */
  @FunctionalInterface
  interface Listener {
    /**
     * @param lines results given to the writer
     * @param tokens that went through the model for them
     */
    void progressed(long lines, long tokens);
  }

  /**
   * Encodes every line; every line gets a result.
   *
   * @throws org.isogloss.error.IsoglossException if it cannot go on
   */
  void encode(Iterator<InputLine> lines, Task task, ResultWriter writer, Listener listener);

  @Override
  void close();
}
