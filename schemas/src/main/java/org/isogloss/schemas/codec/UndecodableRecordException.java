package org.isogloss.schemas.codec;

/** The bytes are not single-object encoding, or do not match the schema they name. */
public class UndecodableRecordException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UndecodableRecordException(String message) {
    super(message);
  }

  public UndecodableRecordException(String message, Throwable cause) {
    super(message, cause);
  }
}
