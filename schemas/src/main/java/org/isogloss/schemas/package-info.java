/**
 * The contract on the wire: Avro schemas and their generated records ({@code record}), the codec
 * ({@code codec}) and the names of topics and headers ({@code topic}). Imports nothing of ours.
 */
@NullMarked
package org.isogloss.schemas;

import org.jspecify.annotations.NullMarked;
