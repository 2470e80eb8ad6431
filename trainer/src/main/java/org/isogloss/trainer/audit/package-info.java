/**
 * What data there is for a language, and what can be made of it: files with sizes, repetitions and
 * licences, how well the backbone's vocabulary fits, which steps of training follow and why, and
 * how long they take. Reads, trains nothing.
 *
 * <p>Layout of the data: {@code mono/LANGUAGE.txt.gz}, {@code paraphrase/LANGUAGE.tsv.gz}, {@code
 * parallel/SOURCE/LANGUAGE-en*.tsv.gz} (with or without {@code .gz}), and {@code SOURCES.tsv} in
 * the folder or the one above, a table of {@code file source licence rows}; a file in {@code
 * parallel} that the table does not know has no licence stated.
 *
 * <p>Threads: the caller's and the common pool; values are immutable. Knows {@code data} and {@code
 * tokenizer}; no encoder, no command line.
 */
@NullMarked
package org.isogloss.trainer.audit;

import org.jspecify.annotations.NullMarked;
