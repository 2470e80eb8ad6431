/**
 * Any topic of ours as JSON lines, for people and for other programs.
 *
 * <p><b>Format.</b> One object a line, UTF-8, in the order of each partition: {@code topic,
 * partition, offset, timestamp} (milliseconds since 1970), {@code key} (text; where it is not UTF-8
 * {@code keyBase64}), {@code headers} (an object of texts; a header that is not UTF-8 appears as
 * {@code {"base64": …}}, of equal names the last), and then one of: {@code record} (the record's
 * name) with {@code value} (its fields as the writer wrote them; {@code bytes} are base64, save an
 * embedding's {@code vector}, which is an array of numbers); {@code value} as JSON, in {@code
 * isogloss.schemas}; {@code valueBase64}, where the bytes are nothing we know; {@code "value":
 * null} for a tombstone. Only committed records are told.
 *
 * <p>An exporter is used by one thread; {@code stop} may be called from any. Must not know what the
 * records mean, save how a vector is encoded.
 */
@NullMarked
package org.isogloss.streams.export;

import org.jspecify.annotations.NullMarked;
