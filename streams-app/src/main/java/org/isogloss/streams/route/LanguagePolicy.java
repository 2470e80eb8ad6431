package org.isogloss.streams.route;

/** What to make of a language that the sender gave. */
public enum LanguagePolicy {
  /** It holds, unexamined. */
  TRUST,
  /** It holds; where another is found with confidence, that is counted and told in a header. */
  VERIFY,
  /** Where another is found with confidence, the sentence is refused. */
  REJECT
}
