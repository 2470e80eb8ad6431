package org.isogloss.schemas.codec;

import org.apache.avro.util.ClassSecurityValidator;
import org.apache.avro.util.ClassSecurityValidator.ClassSecurityPredicate;
import org.isogloss.schemas.record.Sentence;

/**
 * Avro loads the class that a schema names only if it is trusted. Our generated records are; for
 * every other class the rule stays as it was.
 */
final class TrustedRecords {
  private static final String PACKAGE = Sentence.class.getPackageName();

  static {
    ClassSecurityPredicate others = ClassSecurityValidator.getGlobal();
    ClassSecurityValidator.setGlobal(
        type -> type.getPackageName().equals(PACKAGE) || others.isTrusted(type));
  }

  private TrustedRecords() {}

  /** Returns when Avro trusts our records; only the first call in a process does anything. */
  static void ensure() {}
}
