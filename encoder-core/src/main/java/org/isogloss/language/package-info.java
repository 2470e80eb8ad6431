/**
 * Which language a sentence is written in: a linear classifier over hashed character n-grams, one
 * per script.
 *
 * <p>The script of most letters settles which languages there are to choose from, as they were met
 * in training; among several, the weights of all n-grams of one to five letters and of whole words
 * are summed and divided by the root of their number ({@link LanguageClassifier}). Beside that the
 * classifier says how familiar a sentence looks: the share of its n-grams of four letters that the
 * training text of the language had. A language never met looks like its nearest relative to any
 * such classifier, but less familiar.
 *
 * <p>Shared by the trainer, which makes classifiers ({@code isogloss train identifier}), and the
 * streams, which use the one that comes with the program ({@link LanguageClassifier#shipped()}).
 * The file is of one piece: {@link LanguageClassifier#write} says its format.
 *
 * <p>Immutable values, safe for use by many threads. Plain Java: knows no engine, no Kafka, no
 * other room but that of errors.
 */
@NullMarked
package org.isogloss.language;

import org.jspecify.annotations.NullMarked;
