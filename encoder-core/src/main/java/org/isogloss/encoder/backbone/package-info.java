/** To be written. */
@NullMarked
package org.isogloss.encoder.backbone;

import org.jspecify.annotations.NullMarked;
