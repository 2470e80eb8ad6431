/**
 * Sentences in, vectors out: the interface of every encoder and its sealed outcomes. A sentence
 * ends as {@link org.isogloss.encoder.encode.Encoded} or {@link
 * org.isogloss.encoder.encode.Rejected}, never as null and never silently. Knows the rooms {@code
 * batch}, {@code space} and {@code tokenize}, no DJL and no Kafka.
 */
@NullMarked
package org.isogloss.encoder.encode;

import org.jspecify.annotations.NullMarked;
