package org.isogloss.encoder.engine;

import java.util.Optional;
import org.isogloss.encoder.space.View;

/**
 * The modules of one language, as far as it matters how they are laid over a micro-batch. Parts
 * that are the same object serve together.
 *
 * @param <T> what the tensors of a part are held as
 */
interface ComposedModules<T> {
  /** Embedding table and low-rank pairs. */
  T language();

  /**
   * Whether anything but the adapter acts on tokens, so that its rows need a slice of their own.
   */
  boolean actsOnTokens();

  /** The parallel adapter; the cross-lingual view runs through it. */
  Optional<T> adapter();

  /** What follows pooling in a view: mean, whitening, matrix and offset, each perhaps empty. */
  Optional<T> finish(View view);

  /** Whether the two views differ. */
  default boolean viewsDiffer() {
    return adapter().isPresent() || !finish(View.MONOLINGUAL).equals(finish(View.CROSS_LINGUAL));
  }
}
