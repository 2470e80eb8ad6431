/**
 * The command line: what a user types, sees and gets back.
 *
 * <p>Promises: what a command is for goes to standard output and nothing else does; progress, notes
 * and errors go to standard error. An error is two lines, {@code ISO-nnn: what is wrong and where}
 * and {@code remedy: what to do}, and the exit code is 0 (done), 1 (failed) or 2 (wrongly called).
 * Every option {@code --some-name} has the environment twin {@code ISOGLOSS_SOME_NAME}; the command
 * line wins. Results are in the order of the input.
 *
 * <p>Formats: JSON lines of {@code encode} ({@link org.isogloss.streams.command.JsonLines}), {@code
 * .npy} with its {@code .ids.tsv}, and the tab-separated pairs of {@code mine}.
 *
 * <p>Threads: a command runs on the main thread; {@link org.isogloss.streams.command.Progress} may
 * be told from any.
 *
 * <p>Knows every other room of this module; none may know this one.
 */
@NullMarked
package org.isogloss.streams.command;

import org.jspecify.annotations.NullMarked;
