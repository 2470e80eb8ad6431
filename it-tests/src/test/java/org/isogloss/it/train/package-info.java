/** The training service's protocol on a real broker, with runs that train nothing. */
@NullMarked
package org.isogloss.it.train;

import org.jspecify.annotations.NullMarked;
