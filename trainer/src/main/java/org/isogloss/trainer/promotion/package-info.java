/**
 * Whether a trained module shall serve: measured beside what serves on the same held-out sentences,
 * compared by paired bootstrap, and activated only if it is better.
 *
 * <p>Held-out sentences are of the training data or of dev splits, chosen by a digest of their text
 * and trained on by nobody; never of a test set. A run's best step was chosen on the same
 * sentences, so the candidate's scores are a little too good; what serves was mostly trained by the
 * same rule.
 *
 * <p>{@link org.isogloss.trainer.promotion.PromotionRule} is the rule, pure; {@link
 * org.isogloss.trainer.promotion.Promoter} carries it out. For one thread. Must not know how
 * modules are trained.
 */
@NullMarked
package org.isogloss.trainer.promotion;

import org.jspecify.annotations.NullMarked;
