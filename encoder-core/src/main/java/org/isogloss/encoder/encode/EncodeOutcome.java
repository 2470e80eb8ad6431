package org.isogloss.encoder.encode;

/** How a sentence ends: with its vectors, or refused with a reason. */
public sealed interface EncodeOutcome permits Encoded, Rejected {}
