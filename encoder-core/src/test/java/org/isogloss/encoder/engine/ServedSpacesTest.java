package org.isogloss.encoder.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.isogloss.encoder.encode.Encoded;
import org.isogloss.encoder.encode.ModularEncoder;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.module.PostProcessing;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.encoder.space.SpaceId;
import org.isogloss.encoder.space.View;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The law of spaces (design, section 4) as it shows in what vectors say of themselves: which change
 * of modules keeps a space, and which makes a new one.
 */
class ServedSpacesTest {
  private static final List<String> LANGUAGES = List.of("en", "de", "fr", "es");

  private ModuleFixture fixture;
  private TorchEncoder encoder;
  private Optional<ModuleReference> english = Optional.empty();
  private Optional<ModuleReference> german = Optional.empty();
  private Optional<ModuleReference> french = Optional.empty();
  private Map<String, SpaceId> before = Map.of();

  /** English, German with an alignment, French without one, Spanish with no module at all. */
  @BeforeEach
  void serveTheFirstVersions(@TempDir Path folder) throws IOException {
    fixture = new ModuleFixture(folder);
    encoder =
        TorchEncoder.open(
            fixture.backbone, EncoderOptions.onCpu(ModuleFixture.LAYERS).withThreads(1));
    english = language("en", 1);
    german = language("de", 2);
    french = language("fr", 3);
    serve(english, german, alignment(german, english, 4));
    before = spaces();
  }

  @AfterEach
  void close() {
    encoder.close();
    fixture.close();
  }

  @Test
  void theCrossLingualSpaceIsOneForAllLanguagesWithAModuleOrWithout() {
    assertThat(LANGUAGES).extracting(this::cross).containsOnly(cross("en"));
  }

  @Test
  void everyLanguageModuleHasAMonolingualSpaceOfItsOwn() {
    assertThat(List.of(mono("en"), mono("de"), mono("fr"), mono("es"), cross("en")))
        .doesNotHaveDuplicates();
  }

  @Test
  void aNewAlignmentKeepsBothSpaces() throws IOException {
    serve(english, german, alignment(german, english, 40));
    assertThat(spaces()).isEqualTo(before);
  }

  @Test
  void anAlignmentThatGoesKeepsBothSpaces() {
    serve(english, german, Optional.empty());
    assertThat(spaces()).isEqualTo(before);
  }

  @Test
  void aNewGermanModuleMakesANewMonolingualSpaceOfGermanAndKeepsAllOthers() throws IOException {
    Optional<ModuleReference> next = language("de", 20);
    serve(english, next, alignment(next, english, 4));
    assertThat(changed()).containsExactly("de MONOLINGUAL");
  }

  @Test
  void aNewEnglishModuleMakesANewCrossLingualSpaceForEveryLanguage() throws IOException {
    Optional<ModuleReference> next = language("en", 10);
    serve(next, german, alignment(german, next, 4));
    assertThat(changed())
        .containsExactly(
            "de CROSS_LINGUAL",
            "en CROSS_LINGUAL",
            "en MONOLINGUAL",
            "es CROSS_LINGUAL",
            "fr CROSS_LINGUAL");
    assertThat(LANGUAGES).extracting(this::cross).as("again one").containsOnly(cross("en"));
  }

  @Test
  void theModuleOfBeforeBringsItsSpacesBack() throws IOException {
    Optional<ModuleReference> next = language("en", 10);
    serve(next, german, alignment(german, next, 4));
    serve(english, german, alignment(german, english, 4));
    assertThat(spaces()).isEqualTo(before);
  }

  @Test
  void withoutAModuleOfThePivotTheCrossLingualSpaceIsThatOfTheBareBackbone() throws IOException {
    serve(Optional.empty(), german, alignment(german, Optional.empty(), 4));
    assertThat(LANGUAGES).extracting(this::cross).containsOnly(mono("es"));
    assertThat(mono("en")).isEqualTo(mono("es"));
    assertThat(mono("de")).isEqualTo(before.get("de MONOLINGUAL"));
  }

  private Optional<ModuleReference> language(String language, long seed) throws IOException {
    return Optional.of(
        fixture.publish(
            fixture.language(
                language,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                PostProcessing.CENTRE),
            seed));
  }

  private Optional<ModuleReference> alignment(
      Optional<ModuleReference> module, Optional<ModuleReference> pivot, long seed)
      throws IOException {
    return Optional.of(fixture.publish(fixture.alignment("de", module, pivot, 0, true), seed));
  }

  private void serve(
      Optional<ModuleReference> pivot,
      Optional<ModuleReference> module,
      Optional<ModuleReference> alignment) {
    List<ModuleSelection> selections = new ArrayList<>();
    selections.add(new ModuleSelection("en", pivot, Optional.empty()));
    selections.add(new ModuleSelection("de", module, alignment));
    selections.add(new ModuleSelection("fr", french, Optional.empty()));
    assertThat(encoder.serve(selections, fixture)).isEqualTo(new ModularEncoder.Exchanged());
  }

  private SpaceId mono(String language) {
    return space(language, View.MONOLINGUAL);
  }

  private SpaceId cross(String language) {
    return space(language, View.CROSS_LINGUAL);
  }

  private SpaceId space(String language, View view) {
    TokenizedSentence sentence =
        (TokenizedSentence) encoder.prepare(new SentenceRequest("one", language, Set.of(view)));
    return ((Encoded) encoder.encode(List.of(sentence)).getFirst())
        .vector(view)
        .provenance()
        .space();
  }

  /** By language and view. */
  private Map<String, SpaceId> spaces() {
    Map<String, SpaceId> spaces = new TreeMap<>();
    for (String language : LANGUAGES) {
      for (View view : View.values()) {
        spaces.put(language + " " + view, space(language, view));
      }
    }
    return spaces;
  }

  /** Which spaces are others than before, sorted. */
  private List<String> changed() {
    return spaces().entrySet().stream()
        .filter(each -> !each.getValue().equals(before.get(each.getKey())))
        .map(Map.Entry::getKey)
        .toList();
  }
}
