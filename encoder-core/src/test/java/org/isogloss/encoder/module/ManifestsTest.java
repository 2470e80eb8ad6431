package org.isogloss.encoder.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.Pooling;
import org.isogloss.error.IsoglossException;
import org.junit.jupiter.api.Test;

class ManifestsTest {
  private static final Digest BACKBONE = Digest.of("backbone");

  private static final ModuleManifest.Common COMMON =
      new ModuleManifest.Common(
          BACKBONE,
          8,
          2,
          Map.of("data", "tatoeba", "seed", "1"),
          Map.of("tatoeba_error", 12.5),
          "CC-BY-2.0-FR",
          List.of(new SelfTest("Hallo.", List.of(0.6f, 0.8f))));

  private static final ModuleManifest LANGUAGE =
      new ModuleManifest.Language(
          "de",
          COMMON,
          Optional.of(8000),
          Optional.of(new LoraShape(16, 32, EnumSet.of(LinearTarget.QUERY, LinearTarget.OUTPUT))),
          Optional.empty(),
          PostProcessing.CENTRE);

  private static final ModuleManifest ALIGNMENT =
      new ModuleManifest.Alignment(
          "de",
          COMMON,
          Optional.of(Digest.of("language")),
          Optional.empty(),
          Optional.of(new AdapterShape(64, 4)),
          true);

  @Test
  void aManifestIsReadAsItWasWritten() {
    assertThat(Manifests.read(Manifests.write(LANGUAGE), "x")).isEqualTo(LANGUAGE);
    assertThat(Manifests.read(Manifests.write(ALIGNMENT), "x")).isEqualTo(ALIGNMENT);
    ModuleManifest firstToken =
        new ModuleManifest.Alignment(
            "de",
            new ModuleManifest.Common(
                BACKBONE, 8, 2, Pooling.CLS, Map.of(), Map.of(), "none", List.of()),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            true);
    assertThat(Manifests.write(firstToken)).contains("\"pooling\" : \"cls\"");
    assertThat(Manifests.read(Manifests.write(firstToken), "x")).isEqualTo(firstToken);
  }

  @Test
  void rulesOfTransliterationStandByTheirPlaces() {
    Transliteration rules =
        Transliteration.of(
            Map.of(
                Transliteration.Place.WORD_START, Map.of("Е", "Ye"),
                Transliteration.Place.ANYWHERE, Map.of("ш", "sh", "Ш", "Sh")));
    ModuleManifest uzbek =
        new ModuleManifest.Language(
            "uz",
            COMMON,
            Optional.empty(),
            Optional.of(rules),
            Optional.empty(),
            Optional.empty(),
            PostProcessing.NONE);
    String json = Manifests.write(uzbek);
    assertThat(json)
        .contains(
            """
              "dimension" : 2,
              "transliteration" : {
                "word_start" : {
                  "Е" : "Ye"
                },
                "anywhere" : {
                  "Ш" : "Sh",
                  "ш" : "sh"
                }
              },
              "post_processing" : "none",
            """);
    assertThat(Manifests.read(json, "x")).isEqualTo(uzbek);
    assertThat(Manifests.readTransliteration("{\"anywhere\": {\"Ш\": \"Sh\"}}", "rules"))
        .isEqualTo(Transliteration.of(Map.of(Transliteration.Place.ANYWHERE, Map.of("Ш", "Sh"))));
    refuses(json.replace("anywhere", "nowhere"), "transliteration.nowhere is not a field");
    refuses(json.replace("\"sh\"", "7"), "transliteration.anywhere.ш must be text");
    refuses(json.replace("\"ш\"", "\"\""), "a rule without a left side");
  }

  @Test
  void theBytesOfAManifestAreGolden() {
    assertThat(Digest.of(Manifests.write(LANGUAGE)).hex())
        .isEqualTo("c043a98ee9e585bced8d6481ef138fdd8b191529221ed3de3f7d0c03901a680a");
    assertThat(Digest.of(Manifests.write(ALIGNMENT)).hex())
        .isEqualTo("23f9c523c42e132d4d9f3167e390e9b5835d81864f9988e89f35f6537549c608");
  }

  @Test
  void whatIsWrongIsNamed() {
    String json = Manifests.write(ALIGNMENT);
    refuses(json.replace("\"layers\" : 8", "\"layers\" : 8.5"), "layers must be a whole number");
    refuses(json.replace("\"layers\" : 8,", ""), "layers is missing");
    refuses(json.replace("\"affine\" : true", "\"affine\" : 1"), "affine must be true or false");
    refuses(
        json.replace("\"scale\" : 4.0", "\"scale\" : \"big\""), "adapter.scale must be a finite");
    refuses(json.replace("\"licence\"", "\"license\""), "licence is missing");
    refuses(json.replace("\"affine\"", "\"extra\" : 1,\n  \"affine\""), "extra is not a field");
    refuses(json.replace("isogloss-module-1", "isogloss-module-9"), "format must be");
    refuses(json.replace("\"de\"", "\"en\""), "the pivot never has an alignment");
    refuses(json.replace("\"de\"", "\"DE\""), "not a language code");
    refuses(json.replace(BACKBONE.hex(), "abc"), "not a SHA-256");
    refuses(json.replace("0.6, 0.8", "0.6"), "1 values, not 2");
    refuses(json + "{}", "is not JSON");
    refuses("[]", "is no object");
    refuses("{\"format\":1,\"format\":2}", "is not JSON");
    refuses(Manifests.write(LANGUAGE).replace("\"query\"", "\"pooler\""), "knows no matrix pooler");
  }

  private static void refuses(String json, String because) {
    assertThatThrownBy(() -> Manifests.read(json, "manifest.json"))
        .isInstanceOf(IsoglossException.class)
        .hasMessageContaining("ISO-213: manifest.json")
        .hasMessageContaining(because);
  }
}
