/** Vectors on disk as NumPy writes them. Stateless, safe on any thread. */
@NullMarked
package org.isogloss.mining.npy;

import org.jspecify.annotations.NullMarked;
