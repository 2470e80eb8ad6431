/**
 * Java programs as processes of their own, which a test can kill, freeze and thaw. A child never
 * outlives the test: {@link org.isogloss.it.process.Leash}. Knows nothing of Isogloss.
 */
@NullMarked
package org.isogloss.it.process;

import org.jspecify.annotations.NullMarked;
