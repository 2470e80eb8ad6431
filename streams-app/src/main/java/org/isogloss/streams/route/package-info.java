/**
 * The router: from {@code isogloss.sentences} to {@code isogloss.encode-requests}, or to {@code
 * isogloss.dead-letters}; Kafka Streams, exactly once.
 *
 * <p>Promises that every record of the input ends in exactly one encode request or exactly one dead
 * letter, whatever its bytes, and that the letter holds those bytes unchanged. A request's text is
 * normalised (NFC) and otherwise as it was; its language is settled; its origin is the record's
 * place in the input. Requests are placed by language, dead letters by scope. A dead letter names
 * the scope wherever the value is a readable Sentence with valid text in every field, and the empty
 * one otherwise; whoever counts a scope must count by the same rule.
 *
 * <p>Headers read: {@code views} (names of views, separated by commas, in place of the configured
 * ones; a sentence with a scope always gets CROSS_LINGUAL too). Headers written: {@code language},
 * {@code views}, and under the policy {@code verify} {@code languageFound}. Other headers end here.
 *
 * <p>{@link org.isogloss.streams.route.TextRules} and {@link
 * org.isogloss.streams.route.SentenceRouting} are pure and safe for use by many threads, for those
 * who need the same judgement without Kafka. Must not know the encoder.
 */
@NullMarked
package org.isogloss.streams.route;

import org.jspecify.annotations.NullMarked;
