/**
 * Makes modules in closed form: reads the vectors of training sentences out of an encoder, fits a
 * map ({@link org.isogloss.trainer.align}), and writes a module directory with lineage, metrics and
 * self-tests. A module is tried in the encoder before anybody gets it.
 *
 * <p>Deterministic: the same backbone, data, options and number of threads give the same bytes.
 *
 * <p>Threads: a {@link org.isogloss.trainer.fit.ModuleFitter} is for one thread at a time. Knows
 * the encoder, no Kafka and no command line.
 *
 * <p>Format: that of {@link org.isogloss.encoder.module}. Lineage names the {@code method}, its
 * {@code strength} and {@code components}, the {@code seed} of the sample, how many {@code
 * sentences} or {@code pairs} were used, the module it came {@code from}, whose sentence encoding
 * it took ({@code sentence_encoding_of} and {@code sentence_encoding_language}, and {@code
 * sentence_encoding_cut_from}, the rank it had, where it was cut), and of every file ({@code
 * data_1}, …) name, digest of the uncompressed content, and rows.
 */
@NullMarked
package org.isogloss.trainer.fit;

import org.jspecify.annotations.NullMarked;
