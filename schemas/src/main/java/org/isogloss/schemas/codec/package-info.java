/**
 * Records to bytes and back.
 *
 * <p>Wire format: Avro single-object encoding, that is the two bytes {@code C3 01}, the writer
 * schema's CRC-64-AVRO fingerprint as eight bytes in little-endian order, then the record in Avro's
 * binary encoding, and nothing after it. Vectors are {@code bytes} in little-endian order, IEEE 754
 * binary32 or binary16 ({@link org.isogloss.schemas.codec.VectorBytes}).
 *
 * <p>Evolution: a record is read with the schema it was written with, found by its fingerprint
 * ({@link org.isogloss.schemas.codec.WriterSchemas}), and resolved to the reader's schema by Avro's
 * rules.
 *
 * <p>Text is never altered in silence. Reading refuses bytes that are not UTF-8 instead of
 * replacing them. Writing gives half a surrogate pair, which UTF-8 cannot hold, its three-byte
 * form, so that the reader refuses it and can say why.
 *
 * <p>Everything here is safe for use by many threads. Knows nothing of topics.
 */
@NullMarked
package org.isogloss.schemas.codec;

import org.jspecify.annotations.NullMarked;
