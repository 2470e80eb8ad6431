/**
 * Alignment of a language to the pivot. Here the closed forms: centring, whitening, Procrustes,
 * ridge and canonical correlation, from plain text and translations, in seconds, and LoRA at a
 * lower rank. Vectors in, maps out; pure and deterministic, safe on any thread. Knows no encoder
 * and no Kafka.
 */
@NullMarked
package org.isogloss.trainer.align;

import org.jspecify.annotations.NullMarked;
