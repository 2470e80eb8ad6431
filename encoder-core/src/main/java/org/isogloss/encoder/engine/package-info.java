/** To be written. */
@NullMarked
package org.isogloss.encoder.engine;

import org.jspecify.annotations.NullMarked;
