/**
 * What the stages of training share: where modules are trained, the settings that every stage has,
 * and the life of a language module from the one it begins with to the one that is written.
 *
 * <p>A module that is returned was served by the encoder and passed its own self-tests; its lineage
 * names settings, data and how the run went. Checkpoints and curve lie beside it, in a folder of
 * the same name with {@code .training}. For one thread. Knows the encoder and the loop, no stage.
 */
@NullMarked
package org.isogloss.trainer.stage;

import org.jspecify.annotations.NullMarked;
