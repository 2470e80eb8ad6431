package org.isogloss.encoder.encode;

/** What tokenising a sentence gives. */
public sealed interface Prepared permits TokenizedSentence, Rejected {}
