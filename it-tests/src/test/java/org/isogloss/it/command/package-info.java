/**
 * The command line as a user has it: every command in a process of its own, judged by its exit
 * code, by what it writes, and by what stands in the broker afterwards. On the tiny random
 * backbone.
 */
@NullMarked
package org.isogloss.it.command;

import org.jspecify.annotations.NullMarked;
