/**
 * The data that modules are learnt from: plain text and translations, read strictly, and never a
 * file of an evaluation suite.
 *
 * <p>Formats, all UTF-8, gzip if the name ends in {@code .gz}: plain text has one sentence a line;
 * translations are TSV with a header line that names the two languages, such as {@code ar⇥en};
 * paraphrases of one language likewise, under {@code sentence1⇥sentence2}. Sentences are brought to
 * NFC as the router does it, repetitions are dropped.
 *
 * <p>Evaluation data is known by its path (a folder named {@code eval}, symbolic links followed)
 * and, where a suite's folder is given, by a file's digest and by the text of any line, compared in
 * NFKC, case folded, letters and digits alone.
 *
 * <p>Immutable values, no threads of its own. Knows no encoder and no Kafka.
 */
@NullMarked
package org.isogloss.trainer.data;

import org.jspecify.annotations.NullMarked;
