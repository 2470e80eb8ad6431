/**
 * Suites of evaluation items, read from folders of TSV and checked before anything is encoded.
 * Plain immutable values, safe everywhere. The layout of a suite is specified at {@link
 * org.isogloss.metrics.suite.SuiteReader}.
 */
@NullMarked
package org.isogloss.metrics.suite;

import org.jspecify.annotations.NullMarked;
