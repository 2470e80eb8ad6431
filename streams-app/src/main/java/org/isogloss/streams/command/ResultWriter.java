package org.isogloss.streams.command;

/** Takes the results of lines, in the order of the lines. For one thread. */
interface ResultWriter extends AutoCloseable {
  /**
   * @throws org.isogloss.error.IsoglossException with code OUTPUT_FAILED
   */
  void write(LineResult result);

  /** Completes the output; before that it may be incomplete. */
  @Override
  void close();
}
