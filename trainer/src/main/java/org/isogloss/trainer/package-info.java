/**
 * Where modules are made from data. {@code data} reads it, {@code align} holds the closed forms,
 * {@code fit} makes modules with them, {@code baseline} measures them. Training by gradients:
 * {@code loop} runs it, {@code stage} holds what the stages share, {@code adapt}, {@code sentence}
 * and {@code crosslingual} are the stages. {@code publish} and {@code promotion} bring modules into
 * service, {@code serve} trains for others; {@code command} is the program.
 *
 * <p>Nothing lives in this package itself. Knows the encoder, the schemas and the registry, never
 * the streams.
 */
@NullMarked
package org.isogloss.trainer;

import org.jspecify.annotations.NullMarked;
