package org.isogloss.trainer.audit;

/**
 * A step of the recipe, taken or left out.
 *
 * @param what the step, such as {@code tokenizer}
 * @param taken whether it is to be taken
 * @param why in words, with the numbers that decided
 * @param hours that it takes on two CPU cores; 0 if it is minutes or left out
 */
public record PlannedStep(String what, boolean taken, String why, double hours) {}
