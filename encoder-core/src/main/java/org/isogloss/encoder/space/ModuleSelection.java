package org.isogloss.encoder.space;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which module versions serve one language, always changed together.
 *
 * @param languageModule empty: the bare backbone
 * @param alignmentModule empty: none; always empty for the pivot
 */
public record ModuleSelection(
    String language,
    Optional<ModuleReference> languageModule,
    Optional<ModuleReference> alignmentModule) {
  public ModuleSelection {
    languageModule.ifPresent(m -> require(m, ModuleKind.LANGUAGE, language));
    alignmentModule.ifPresent(m -> require(m, ModuleKind.ALIGNMENT, language));
  }

  /** No modules at all. */
  public static ModuleSelection none(String language) {
    return new ModuleSelection(language, Optional.empty(), Optional.empty());
  }

  /** The modules there are, the language's before the alignment. */
  public List<ModuleReference> modules() {
    return Stream.of(languageModule, alignmentModule).flatMap(Optional::stream).toList();
  }

  /** For people: such as {@code language/de@3 + alignment/de@5}, or {@code none}. */
  public String text() {
    String names = modules().stream().map(ModuleReference::name).collect(Collectors.joining(" + "));
    return names.isEmpty() ? "none" : names;
  }

  private static void require(ModuleReference module, ModuleKind kind, String language) {
    if (module.kind() != kind || !module.language().equals(language)) {
      throw new IllegalArgumentException(
          "%s cannot be the %s module of %s".formatted(module.name(), kind.label(), language));
    }
  }
}
