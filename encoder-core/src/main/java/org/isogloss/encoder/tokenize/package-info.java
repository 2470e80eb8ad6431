/** Text to token ids. With {@code engine} the only room that knows DJL. */
@NullMarked
package org.isogloss.encoder.tokenize;

import org.jspecify.annotations.NullMarked;
