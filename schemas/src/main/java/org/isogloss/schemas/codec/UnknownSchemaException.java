package org.isogloss.schemas.codec;

/** The bytes name a writer schema that is not known here. */
public final class UnknownSchemaException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long fingerprint;

  public UnknownSchemaException(long fingerprint) {
    super("no schema of the fingerprint " + Fingerprints.hex(fingerprint) + " is registered");
    this.fingerprint = fingerprint;
  }

  public long fingerprint() {
    return fingerprint;
  }
}
