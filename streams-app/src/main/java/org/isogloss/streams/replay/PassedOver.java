package org.isogloss.streams.replay;

/** Why a dead letter is not sent again. */
public enum PassedOver {
  ALREADY_REPLAYED("sent again before"),
  HAS_ITS_VECTOR("was encoded; only mining refused it"),
  OF_ANOTHER_ROUTE("is not of isogloss.sentences"),
  HOLDS_NO_SENTENCE("holds no sentence that can be sent"),
  SCOPE_SEALED("its scope is sealed: name another with --into-scope"),
  SCOPE_UNREADABLE("cannot be read, so it cannot be put into another scope"),
  TOO_LARGE("is larger than isogloss.sentences takes");

  private final String words;

  PassedOver(String words) {
    this.words = words;
  }

  /** As part of a sentence about the letter. */
  public String words() {
    return words;
  }
}
