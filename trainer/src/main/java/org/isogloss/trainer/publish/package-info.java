/**
 * Publishes what was trained, by the registry that the streams use too: both are serialised with
 * one another by one transactional id. Wire formats stand in {@code org.isogloss.registry} and
 * {@code org.isogloss.store}. Must not know how modules are trained.
 */
@NullMarked
package org.isogloss.trainer.publish;

import org.jspecify.annotations.NullMarked;
