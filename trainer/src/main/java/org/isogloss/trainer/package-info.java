/** To be written. */
@NullMarked
package org.isogloss.trainer;

import org.jspecify.annotations.NullMarked;
