package org.isogloss.streams.evaluate;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.isogloss.encoder.encode.EncoderDescription;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.encoder.space.View;

/**
 * What makes the vectors of a run: backbone and modules.
 *
 * @param selections by language, of those that have a module: a language that is not among them is
 *     encoded by the bare backbone
 */
public record EncoderIdentity(EncoderDescription encoder, Map<String, ModuleSelection> selections) {
  private static final String PIVOT = "en";

  public EncoderIdentity {
    TreeMap<String, ModuleSelection> made = new TreeMap<>(selections);
    // A language for which none was selected is one that nothing was said of.
    made.entrySet().removeIf(each -> each.getValue().equals(ModuleSelection.none(each.getKey())));
    selections = Collections.unmodifiableSortedMap(made);
  }

  /** The modules that an encoder serves. */
  public static EncoderIdentity of(EncoderDescription encoder, List<ModuleSelection> selections) {
    Map<String, ModuleSelection> byLanguage = new TreeMap<>();
    selections.forEach(selection -> byLanguage.put(selection.language(), selection));
    return new EncoderIdentity(encoder, byLanguage);
  }

  ModuleSelection selection(String language) {
    return selections.getOrDefault(language, ModuleSelection.none(language));
  }

  /** Whether the cross-lingual view of the language differs from the monolingual one. */
  boolean isAligned(String language) {
    return selection(language).alignmentModule().isPresent();
  }

  /**
   * The view that is encoded where this one is asked for: without an alignment module both are one,
   * and the cross-lingual space is the one in which languages may be compared.
   */
  View encoded(String language, View asked) {
    return isAligned(language) ? asked : View.CROSS_LINGUAL;
  }

  /** Names the vectors of a language and a view: equal names, equal vectors. */
  String vectorsName(String language, View view) {
    ModuleSelection selection = selection(language);
    Optional<ModuleReference> alignment =
        view == View.CROSS_LINGUAL ? selection.alignmentModule() : Optional.empty();
    Optional<ModuleReference> pivot =
        view == View.CROSS_LINGUAL ? selection(PIVOT).languageModule() : Optional.empty();
    String text =
        String.join(
            "\n",
            base(),
            language,
            view.name(),
            digest(selection.languageModule()),
            digest(alignment),
            digest(pivot));
    return "%s.%s.%s"
        .formatted(
            language,
            view == View.CROSS_LINGUAL ? "cross" : "mono",
            Digest.of(text).hex().substring(0, 24));
  }

  /** Digest of all that makes the vectors of any language. */
  Digest digest() {
    StringBuilder text = new StringBuilder(base());
    selections.forEach(
        (language, selection) ->
            text.append('\n')
                .append(language)
                .append(' ')
                .append(digest(selection.languageModule()))
                .append(' ')
                .append(digest(selection.alignmentModule())));
    return Digest.of(text.toString());
  }

  private String base() {
    return base(encoder);
  }

  /** All of an encoder that makes its vectors, but for the modules. */
  static String base(EncoderDescription encoder) {
    return String.join(
        "\n",
        encoder.backbone().hex(),
        Integer.toString(encoder.layers()),
        encoder.pooling().name(),
        Integer.toString(encoder.maxTokens()),
        encoder.precision());
  }

  private static String digest(Optional<ModuleReference> module) {
    return module.map(m -> m.digest().hex()).orElse("none");
  }
}
