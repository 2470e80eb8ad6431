package org.isogloss.error;

/** A failure with a stable code, a cause in words and a remedy. */
public final class IsoglossException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final String reason;

  public IsoglossException(ErrorCode code, String reason) {
    super(code.code() + ": " + reason);
    this.code = code;
    this.reason = reason;
  }

  public IsoglossException(ErrorCode code, String reason, Throwable cause) {
    super(code.code() + ": " + reason, cause);
    this.code = code;
    this.reason = reason;
  }

  public ErrorCode code() {
    return code;
  }

  /** What went wrong and where, without the code. */
  public String reason() {
    return reason;
  }
}
