package org.isogloss.streams.route;

import org.isogloss.error.ErrorCode;

/**
 * Why a sentence is refused.
 *
 * @param message what is wrong with it, in words
 */
public record Refusal(ErrorCode code, String message) {}
