/**
 * Records that were refused, told so that a person or a program can act on them.
 *
 * <p>Wire format of {@code isogloss.dead-letters}: key and value are the refused record's own
 * bytes, unchanged, null included; the headers {@code stage}, {@code code}, {@code message}, {@code
 * scope} and {@code origin} say the rest as UTF-8 text. Placed by scope. Of the refused sentence's
 * own headers {@code views} is carried over, and no other.
 *
 * <p>Values are immutable. Knows nothing of who refuses.
 */
@NullMarked
package org.isogloss.streams.deadletter;

import org.jspecify.annotations.NullMarked;
