/**
 * The trainer's command line, a program of its own behind the launcher.
 *
 * <p>Promises are those of every command of ours: what a command is for goes to standard output,
 * progress and errors to standard error; an error is two lines, {@code ISO-nnn: what is wrong and
 * where} and {@code remedy: what to do}; the exit code is 0 (done), 1 (failed) or 2 (wrongly
 * called). Every option {@code --some-name} has the environment twin {@code ISOGLOSS_SOME_NAME};
 * the command line wins.
 *
 * <p>Threads: a command runs on the main thread. Knows every other room of this module; none may
 * know this one.
 */
@NullMarked
package org.isogloss.trainer.command;

import org.jspecify.annotations.NullMarked;
