/**
 * Learns to tell languages apart: text of every language in, a {@link
 * org.isogloss.language.LanguageClassifier} out.
 *
 * <p>Multinomial logistic regression over hashed n-grams, one table for each script, by plain
 * stochastic gradient descent. Every language is shown equally often, however much text it has, and
 * most sentences are cut to a few words, since short ones are the hard ones. A fiftieth of the text
 * is held out: the sharpness of probabilities and the bounds of what is familiar are fitted on it,
 * and the report is about it.
 *
 * <p>One thread; with the same text and settings the same bytes. Knows no encoder.
 */
@NullMarked
package org.isogloss.trainer.identifier;

import org.jspecify.annotations.NullMarked;
