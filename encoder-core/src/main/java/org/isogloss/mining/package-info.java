/** Bitext mining: vectors in, pairs out. Knows no encoder. */
@NullMarked
package org.isogloss.mining;

import org.jspecify.annotations.NullMarked;
