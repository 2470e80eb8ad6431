package org.isogloss.streams.command;

import java.util.Optional;
import org.isogloss.encoder.encode.Rejected;

/**
 * One line of input.
 *
 * @param number counts from 1
 * @param text without its line end; empty if the line is refused
 * @param refusal why the line is no text, if it is none
 */
record InputLine(int number, String text, Optional<Rejected> refusal) {}
