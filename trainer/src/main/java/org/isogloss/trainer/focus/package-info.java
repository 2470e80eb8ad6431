/**
 * Where the embedding table of a new vocabulary starts from: the backbone's table, by what is known
 * of each new piece. A piece that the backbone has too keeps its vector (FOCUS, Dobler and de Melo
 * 2023). A piece of which translations are known gets the mean of English pieces' vectors, weighted
 * by translation probabilities of IBM Model 1 (the idea of WECHSEL, Minixhofer et al. 2022). Any
 * other piece gets the mean of vectors already known, weighted by sparsemax of the cosine in an
 * auxiliary space that is learnt from the language's own text: positive pointwise mutual
 * information of pieces and their neighbours, factorised (truncated SVD). A piece of which nothing
 * is known is drawn around the backbone's mean.
 *
 * <p>Promises: the same data, settings and seed give the same bytes. Special tokens always keep
 * their vectors. Mixed vectors have the norms of what they are mixed of.
 *
 * <p>Threads: everything is computed on the caller's thread and the common pool; values are
 * immutable. Knows {@code encoder.backbone}, {@code encoder.tokenize} and {@code tokenizer}; no
 * encoder, no command line.
 */
@NullMarked
package org.isogloss.trainer.focus;

import org.jspecify.annotations.NullMarked;
