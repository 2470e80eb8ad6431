/**
 * Which language a sentence is in: confident, or unidentified. A wrong language costs more than
 * none, as it chooses the wrong modules.
 *
 * <p>Three means, in this order. The script, where it leaves one language of the configured set.
 * The classifier of {@code org.isogloss.language}, trained on the 23 languages of the method: where
 * it is sure and the sentence looks as familiar as most of that language do. Where not, OpenNLP's
 * model of 103 languages besides: if that one finds, clearly, a language the classifier does not
 * know, then it is so; else the classifier's best stands if it is likelier than all others
 * together, or if both say the same. What is found must be of the set and of the script.
 *
 * <p>Implementations are safe for use by many threads. Knows no Kafka and no records; languages are
 * ISO 639 codes, two letters where there are two.
 */
@NullMarked
package org.isogloss.streams.identify;

import org.jspecify.annotations.NullMarked;
