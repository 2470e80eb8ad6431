/**
 * The names of topics and of record headers, and the topic in which writer schemas travel.
 *
 * <p>Wire formats. Keys and header values are UTF-8 text, so that any Kafka tool can read them.
 * {@code isogloss.schemas}: the key is a schema's fingerprint (CRC-64-AVRO of its parsing canonical
 * form) as 16 hexadecimal digits in lower case, most significant first; the value is the schema as
 * JSON. The topic is compacted and never shrinks: a record may outlive its writer.
 *
 * <p>Knows the codec, and nothing of what the records mean.
 */
@NullMarked
package org.isogloss.schemas.topic;

import org.jspecify.annotations.NullMarked;
