/** To be written. */
@NullMarked
package org.isogloss.streams;

import org.jspecify.annotations.NullMarked;
