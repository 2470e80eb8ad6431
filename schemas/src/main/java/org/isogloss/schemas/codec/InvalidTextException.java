package org.isogloss.schemas.codec;

/** A text of the record is not UTF-8. */
public final class InvalidTextException extends UndecodableRecordException {
  private static final long serialVersionUID = 1L;

  private final boolean surrogate;

  InvalidTextException(String message, boolean surrogate) {
    super(message);
    this.surrogate = surrogate;
  }

  /** Whether the first fault is half a surrogate pair in three-byte form. */
  public boolean isLoneSurrogate() {
    return surrogate;
  }
}
