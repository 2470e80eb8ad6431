package org.isogloss.streams.identify;

/** Identifies the language of a sentence. Implementations are safe for use by many threads. */
@FunctionalInterface
public interface LanguageIdentifier {
  Identification identify(String text);
}
