/**
 * Translation pairs out of the stream: scopes are sealed, mined and read here.
 *
 * <p><b>What it promises.</b> A scope is sealed once ({@link org.isogloss.streams.mine.Sealer}):
 * the seal fixes how far {@code isogloss.sentences} counts and how many of its records belong to
 * the scope. The {@link org.isogloss.streams.mine.Miner} waits until as many distinct origins of
 * the scope have arrived as cross-lingual embeddings or as dead letters of the stages {@code route}
 * and {@code encode}, mines every pair of languages by margin with exact neighbours, and writes the
 * pairs and then one {@code ScopeSealed}. The pairs equal those of the batch algorithm on the same
 * vectors, whatever the order of arrival, and whether or not the miner was stopped in between or
 * lost its local state. Rows are ordered by sentence id, as UTF-8 bytes; among equal ids of a scope
 * the lowest origin (partition, then offset) wins, whatever its language. Sentences of an empty
 * scope are not mined.
 *
 * <p>What is refused becomes a dead letter of the stage {@code mine} with the record's own bytes:
 * an embedding whose sentence stands behind the seal ({@code SCOPE_SEALED}), a vector without a
 * direction ({@code DEGENERATE_VECTOR}), a record that cannot be read; and, with the seal's bytes,
 * each pair of languages whose vectors are of more than one space ({@code SPACE_MISMATCH}): such a
 * pair is not mined and not listed in {@code ScopeSealed}.
 *
 * <p><b>Life of a scope.</b> {@code OPEN}: rows are collected. {@code SEALING}: rows behind the
 * seal are taken out, the count is awaited, pairs are mined and written. {@code SEALED}: the
 * scope's rows are deleted; its state remains, so that a repeated seal does nothing. All of it
 * moves in slices of wall-clock time, each far shorter than a transaction may be.
 *
 * <p><b>Wire format of {@code isogloss.bitext}.</b> The key is a JSON array of strings without
 * white space, UTF-8: {@code ["scope","source id","target id"]} with a {@code Pair}, {@code
 * ["scope"]} with the {@code ScopeSealed} that follows all pairs of the scope. So no id can be
 * mistaken for a separator, a key never holds a line break, and {@code kcat -f '%k\n' | jq} reads
 * it. Pairs carry the headers {@code language} (such as {@code de-en}) and {@code space}. Placed by
 * scope. {@code isogloss.scopes}: the key is the scope, the value a {@code Seal}.
 *
 * <p><b>Stores</b> (private, changelogged, exactly once; keys are the parts in an order-preserving
 * encoding, {@code StoreKey}): {@code rows} scope, language, id, partition, offset → the
 * embedding's bytes; {@code ids} scope, id, partition, offset → language; {@code origins} scope,
 * partition, offset → what arrived; {@code scopes} scope → state; {@code results} scope, pair,
 * chunk → pairs found and not yet written.
 *
 * <p><b>Threading.</b> {@code Miner} and {@code Sealer} are safe for use by many threads, all else
 * that is public is immutable. Sealing reads a topic to its end and blocks its caller.
 *
 * <p>Must not know how vectors are made: it takes embeddings as they are.
 */
@NullMarked
package org.isogloss.streams.mine;

import org.jspecify.annotations.NullMarked;
