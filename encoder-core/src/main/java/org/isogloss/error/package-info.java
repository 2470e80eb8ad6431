/**
 * The codes of every error, and the one exception that carries them. Knows nothing else of ours.
 */
@NullMarked
package org.isogloss.error;

import org.jspecify.annotations.NullMarked;
