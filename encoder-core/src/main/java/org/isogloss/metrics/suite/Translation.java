package org.isogloss.metrics.suite;

/** A sentence in two languages. */
public record Translation(String id, String left, String right) {}
