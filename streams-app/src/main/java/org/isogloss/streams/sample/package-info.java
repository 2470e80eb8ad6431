/**
 * The sample corpus: everyday sentences in ten languages, written for this project and under its
 * licence, with the answer key of which translate which. {@code demo} and the whole-system tests
 * stream it and score what the miner finds.
 *
 * <p>It promises that every sentence is in NFC and unique, that ids are functions of language and
 * text alone (so that nothing about an id tells which sentence translates which), and that the same
 * seed gives the same order. All values are immutable and safe in every thread.
 *
 * <p>Two resources beside this class, UTF-8, tab separated, one line each, with a heading: {@code
 * translations.tsv} has one column per language and one row per meaning; {@code unpaired.tsv} has a
 * language and a sentence that has no counterpart in any other language.
 *
 * <p>It must not know Kafka, encoders or the miner: sentences out, pairs of ids in, numbers out.
 */
@NullMarked
package org.isogloss.streams.sample;

import org.jspecify.annotations.NullMarked;
