package org.isogloss.encoder.encode;

import org.isogloss.error.ErrorCode;

/**
 * A sentence that has no vector, and why.
 *
 * @param message for people; never the whole text of the sentence
 */
public record Rejected(ErrorCode code, String message) implements Prepared, EncodeOutcome {}
