/**
 * The numbers of evaluation: correlations, language bias, RSIM, bitext error, a classifier, and the
 * paired bootstrap. Vectors in, numbers out; degenerate input is a coded error, never NaN. Every
 * class is stateless or immutable and safe for any thread. Knows {@code mining} (for neighbours),
 * no encoder and no Kafka. What each number means: the definitions of {@code
 * reference/metrics_oracle.py}, equalled to 1e-9 in the tests.
 */
@NullMarked
package org.isogloss.metrics;

import org.jspecify.annotations.NullMarked;
