/**
 * The house rules that only this module can see whole: which module may know which, who may touch
 * the native engine, what every package must say. Reads class files, starts nothing.
 */
@NullMarked
package org.isogloss.it.house;

import org.jspecify.annotations.NullMarked;
