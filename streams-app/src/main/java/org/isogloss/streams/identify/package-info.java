/**
 * Which language a sentence is in: confident, or unidentified. A wrong language costs more than
 * none, as it chooses the wrong modules.
 *
 * <p>Three means, in this order. The script, where it leaves one language of the configured set.
 * Letters of their own (Uyghur among the languages in Arabic script) and common words (Hausa,
 * Kinyarwanda), for languages the model does not know. Last, OpenNLP's model of 103 languages: its
 * best must be of the set and of the script, and clearly ahead of the next of all.
 *
 * <p>Implementations are safe for use by many threads. Knows no Kafka and no records; languages are
 * ISO 639 codes, two letters where there are two.
 */
@NullMarked
package org.isogloss.streams.identify;

import org.jspecify.annotations.NullMarked;
