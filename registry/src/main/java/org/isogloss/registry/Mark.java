package org.isogloss.registry;

/**
 * Who changed something, when and why.
 *
 * @param actor a person or a program
 */
public record Mark(String actor, long timeMillis, String reason) {}
