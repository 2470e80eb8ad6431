/**
 * The baselines of closed forms on real data: how often a translation is missed without modules and
 * with each closed form, fitted on training data and measured on evaluation data, in the domain it
 * was fitted on and out of it.
 *
 * <p>Every text is encoded once with the bare backbone; the maps are applied to the vectors here,
 * in the composition that modules have: p = P (m − μ), then R p + r. For one thread. Knows {@code
 * align}, {@code data}, {@code fit} and the metrics.
 */
@NullMarked
package org.isogloss.trainer.baseline;

import org.jspecify.annotations.NullMarked;
