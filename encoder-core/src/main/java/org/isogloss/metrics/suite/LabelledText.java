package org.isogloss.metrics.suite;

/** A sentence and its topic. */
public record LabelledText(String id, String label, String text) {}
