/**
 * Feeds sentences from files into {@code isogloss.sentences}.
 *
 * <p>Promises: one record a line, its id made of the source's name and the line's number, so that
 * sending a file again repeats the ids; every line counted as acknowledged or told as refused;
 * memory bounded by the producer's buffer, which slows the reading down. A line that is not UTF-8,
 * which a {@code Sentence} cannot carry, or longer than 512 KiB is refused here; everything else,
 * empty lines included, is sent and judged by the router.
 *
 * <p>A sender is used by one thread at a time. Must not know what becomes of the sentences.
 */
@NullMarked
package org.isogloss.streams.send;

import org.jspecify.annotations.NullMarked;
