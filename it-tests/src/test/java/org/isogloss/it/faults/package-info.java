/**
 * Exactly once under faults: a stream of good and poisoned sentences, a cluster of separate
 * processes, and a seeded plan of what happens to them. The judge is {@link
 * org.isogloss.it.replay}. Every run prints its seed; {@code -Disogloss.seed=N} repeats it (the
 * faults and their order, not the threads' timing).
 */
@NullMarked
package org.isogloss.it.faults;

import org.jspecify.annotations.NullMarked;
