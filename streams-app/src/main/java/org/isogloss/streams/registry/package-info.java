/**
 * How running workers follow the module registry. The registry itself, its rule and the changes
 * that people and trainers make stand in {@code org.isogloss.registry}.
 */
@NullMarked
package org.isogloss.streams.registry;

import org.jspecify.annotations.NullMarked;
