package org.isogloss.streams.command;

import org.isogloss.error.IsoglossException;

/** What a check of {@code doctor} found. */
sealed interface Finding {
  /** What was looked at, such as {@code JDK}. */
  String subject();

  /** What stands there. */
  String detail();

  /** As it should be. */
  record Good(String subject, String detail) implements Finding {}

  /** It works, though something is missing that some commands need. */
  record Doubtful(String subject, String detail, String remedy) implements Finding {}

  /** It will not work until it is mended. */
  record Broken(String subject, String detail, String remedy) implements Finding {
    /** Broken for a reason that has a code, and its remedy with it. */
    static Broken of(String subject, IsoglossException reason) {
      return new Broken(subject, String.valueOf(reason.getMessage()), reason.code().remedy());
    }
  }
}
