/**
 * The contract on the wire: Avro schemas, their generated records, the codec and the names of
 * topics. Imports nothing of ours.
 */
@NullMarked
package org.isogloss.schemas;

import org.jspecify.annotations.NullMarked;
