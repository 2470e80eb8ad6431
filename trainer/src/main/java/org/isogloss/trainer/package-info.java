/**
 * Where modules are made from data. {@code data} reads it, {@code align} holds the closed forms,
 * {@code fit} makes modules with them, {@code baseline} measures them, {@code command} is the
 * program. Training by gradients has its own issue.
 *
 * <p>Nothing lives in this package itself. Knows the encoder and the schemas, never the streams.
 */
@NullMarked
package org.isogloss.trainer;

import org.jspecify.annotations.NullMarked;
