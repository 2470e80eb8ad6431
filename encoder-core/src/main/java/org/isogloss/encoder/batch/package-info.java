/**
 * Cutting micro-batches out of a stream of tokenised sentences. Pure Java, no threads of its own,
 * no clock but the injected one: every schedule can be tested. Knows no other room.
 */
@NullMarked
package org.isogloss.encoder.batch;

import org.jspecify.annotations.NullMarked;
