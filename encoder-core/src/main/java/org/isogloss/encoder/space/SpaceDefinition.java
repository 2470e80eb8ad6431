package org.isogloss.encoder.space;

import java.util.Optional;

/**
 * The law of spaces (design, section 4): everything that decides whether two vectors may be
 * compared. Monolingual view: the language module decides. Cross-lingual view: the pivot's language
 * module decides, since every alignment leads into the pivot's space.
 *
 * @param backbone digest of the backbone's weights and tokenizer
 * @param layers how many layers of the backbone run
 * @param dimension length of the vectors
 * @param textPrefix what the backbone wants before every sentence, often empty
 * @param deciding digest of the language module that decides, if there is one: for the monolingual
 *     view the sentence's own, for the cross-lingual view the pivot's
 */
public record SpaceDefinition(
    Digest backbone,
    int layers,
    Pooling pooling,
    boolean unitLength,
    int dimension,
    String textPrefix,
    View view,
    Optional<Digest> deciding) {

  public SpaceDefinition {
    if (layers < 1 || dimension < 1) {
      throw new IllegalArgumentException("layers " + layers + ", dimension " + dimension);
    }
  }

  /**
   * The space. Without a deciding module the view does not matter: both views then are the bare
   * backbone's space.
   */
  public SpaceId id() {
    String text =
        String.join(
            "\n",
            "isogloss-space-1",
            backbone.hex(),
            Integer.toString(layers),
            pooling.name(),
            Boolean.toString(unitLength),
            Integer.toString(dimension),
            textPrefix,
            deciding.map(d -> view.name() + "\n" + d.hex()).orElse("none"));
    return new SpaceId(Digest.of(text).hex().substring(0, 32));
  }
}
