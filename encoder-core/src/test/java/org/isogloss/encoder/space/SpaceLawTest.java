package org.isogloss.encoder.space;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The law of spaces (design, section 4): what makes a new space. Neither a language nor an
 * alignment stands in a definition; that their changes keep a space has {@code ServedSpacesTest} of
 * real vectors.
 */
class SpaceLawTest {
  private static final Digest BACKBONE = Digest.of("backbone");
  private static final Digest GERMAN = Digest.of("language/de@1");
  private static final Digest ENGLISH = Digest.of("language/en@1");

  @Test
  void everythingThatDecidesAVectorDecidesItsSpace() {
    List<SpaceDefinition> all =
        List.of(
            space(BACKBONE, 8, Pooling.MEAN, true, 768, "", View.CROSS_LINGUAL, ENGLISH),
            space(Digest.of("other"), 8, Pooling.MEAN, true, 768, "", View.CROSS_LINGUAL, ENGLISH),
            space(BACKBONE, 12, Pooling.MEAN, true, 768, "", View.CROSS_LINGUAL, ENGLISH),
            space(BACKBONE, 8, Pooling.CLS, true, 768, "", View.CROSS_LINGUAL, ENGLISH),
            space(BACKBONE, 8, Pooling.MEAN, false, 768, "", View.CROSS_LINGUAL, ENGLISH),
            space(BACKBONE, 8, Pooling.MEAN, true, 384, "", View.CROSS_LINGUAL, ENGLISH),
            space(BACKBONE, 8, Pooling.MEAN, true, 768, "query: ", View.CROSS_LINGUAL, ENGLISH),
            space(BACKBONE, 8, Pooling.MEAN, true, 768, "", View.MONOLINGUAL, ENGLISH),
            space(BACKBONE, 8, Pooling.MEAN, true, 768, "", View.CROSS_LINGUAL, GERMAN),
            bare(View.CROSS_LINGUAL));
    Set<SpaceId> ids = new HashSet<>();
    all.forEach(definition -> ids.add(definition.id()));
    assertThat(ids).hasSize(all.size());
  }

  @Test
  void withoutADecidingModuleBothViewsAreTheBackbonesSpace() {
    assertThat(bare(View.MONOLINGUAL).id()).isEqualTo(bare(View.CROSS_LINGUAL).id());
  }

  @Test
  void aNewModuleOfThePivotMakesANewCrossLingualSpace() {
    SpaceId first = space(View.CROSS_LINGUAL, Optional.of(ENGLISH)).id();
    SpaceId second = space(View.CROSS_LINGUAL, Optional.of(Digest.of("language/en@2"))).id();
    assertThat(second).isNotEqualTo(first).isNotEqualTo(bare(View.CROSS_LINGUAL).id());
  }

  @Test
  void aMonolingualSpaceIsThatOfTheLanguagesOwnModule() {
    assertThat(space(View.MONOLINGUAL, Optional.of(GERMAN)).id())
        .isNotEqualTo(space(View.MONOLINGUAL, Optional.of(ENGLISH)).id())
        .isNotEqualTo(space(View.CROSS_LINGUAL, Optional.of(GERMAN)).id());
  }

  @Test
  void aSpaceIsTheSameOnEveryMachine() {
    assertThat(bare(View.CROSS_LINGUAL).id().value()).matches("[0-9a-f]{32}");
    assertThat(bare(View.CROSS_LINGUAL).id())
        .isEqualTo(
            new SpaceId(
                Digest.of("isogloss-space-1\n" + BACKBONE.hex() + "\n8\nMEAN\ntrue\n768\n\nnone")
                    .hex()
                    .substring(0, 32)));
  }

  @Test
  void theModuleThatDecidesIsNamedWithItsView() {
    for (View view : View.values()) {
      assertThat(space(view, Optional.of(ENGLISH)).id())
          .isEqualTo(
              new SpaceId(
                  Digest.of(
                          "isogloss-space-1\n%s\n8\nMEAN\ntrue\n768\n\n%s\n%s"
                              .formatted(BACKBONE.hex(), view, ENGLISH.hex()))
                      .hex()
                      .substring(0, 32)));
    }
  }

  private static SpaceDefinition bare(View view) {
    return space(view, Optional.empty());
  }

  private static SpaceDefinition space(View view, Optional<Digest> deciding) {
    return new SpaceDefinition(BACKBONE, 8, Pooling.MEAN, true, 768, "", view, deciding);
  }

  private static SpaceDefinition space(
      Digest backbone,
      int layers,
      Pooling pooling,
      boolean unitLength,
      int dimension,
      String prefix,
      View view,
      Digest deciding) {
    return new SpaceDefinition(
        backbone, layers, pooling, unitLength, dimension, prefix, view, Optional.of(deciding));
  }
}
