/**
 * The law of spaces: which vectors may be compared, and what every vector says of its making
 * (design, section 4). Plain values, immutable, safe everywhere; knows no other room.
 */
@NullMarked
package org.isogloss.encoder.space;

import org.jspecify.annotations.NullMarked;
