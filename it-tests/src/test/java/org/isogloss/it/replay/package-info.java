/**
 * The independent replayer: reads what is committed, with a plain consumer and Avro's own decoder,
 * and judges from the contract alone (design, sections 5 and 6) whether every record of {@code
 * isogloss.sentences} ended exactly once. It shares the schemas with the programs it judges and no
 * line of code; the names of topics and headers are spelt out here once more on purpose.
 */
@NullMarked
package org.isogloss.it.replay;

import org.jspecify.annotations.NullMarked;
