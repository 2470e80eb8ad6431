/**
 * Router, encoder worker and miner started together in one process, as {@code up}, {@code demo},
 * {@code encode} and whole-system tests need them.
 *
 * <p>Promises: topics exist before a part starts; parts start side by side, and one that cannot
 * start stops the others; a part that stops later is started again, afresh, as {@link
 * org.isogloss.streams.pipeline.RestartPolicy} says, and when that ends the runner has failed, with
 * the reason; closing drains them in the order of the flow, so that what the router has passed on
 * is encoded. What is sent to the pipeline must be sent elsewhere.
 *
 * <p>A runner is safe for use by many threads. Must not know the command line.
 */
@NullMarked
package org.isogloss.streams.pipeline;

import org.jspecify.annotations.NullMarked;
