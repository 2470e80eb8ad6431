/**
 * The streams' application: topologies, encoder workers and commands, a package for each
 * capability; {@link org.isogloss.streams.command.Isogloss} is the program. Nothing stands in this
 * package itself.
 */
@NullMarked
package org.isogloss.streams;

import org.jspecify.annotations.NullMarked;
