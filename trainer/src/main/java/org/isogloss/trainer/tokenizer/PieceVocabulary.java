package org.isogloss.trainer.tokenizer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The pieces of a WordPiece tokenizer, the position being the id. A piece inside of a word begins
 * with {@code ##}. Immutable.
 */
public final class PieceVocabulary {
  static final String CONTINUATION = "##";

  private final List<String> pieces;
  private final Map<String, Integer> ids;

  /**
   * @param pieces different from one another; an id that no piece has is an empty piece
   */
  PieceVocabulary(List<String> pieces) {
    this.pieces = List.copyOf(pieces);
    this.ids = HashMap.newHashMap(pieces.size());
    for (int id = 0; id < pieces.size(); id++) {
      if (!pieces.get(id).isEmpty() && ids.put(pieces.get(id), id) != null) {
        throw new IllegalArgumentException("the piece " + pieces.get(id) + " stands twice");
      }
    }
  }

  public int size() {
    return pieces.size();
  }

  public String piece(int id) {
    return pieces.get(id);
  }

  /** By id. */
  public List<String> pieces() {
    return pieces;
  }

  public OptionalInt id(String piece) {
    Integer id = ids.get(piece);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  public boolean contains(String piece) {
    return ids.containsKey(piece);
  }
}
