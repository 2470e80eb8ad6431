package org.isogloss.trainer.promotion;

import java.util.List;
import java.util.Optional;
import org.isogloss.encoder.encode.ModuleSource;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.registry.ModuleLedger;
import org.isogloss.trainer.publish.ModulePublisher;

/**
 * Activates a candidate if it is better than what serves; records intervals and decision as the
 * reason. For one thread.
 */
public final class Promoter {
  private static final int ATTEMPTS = 3;

  private final ModulePublisher publisher;
  private final HeldOutEvaluation evaluation;
  private final ModuleSource published;

  /**
   * @param published where published modules come from
   */
  public Promoter(ModulePublisher publisher, HeldOutEvaluation evaluation, ModuleSource published) {
    this.publisher = publisher;
    this.evaluation = evaluation;
    this.published = published;
  }

  /** How a candidate fared; {@code words} say why, with the intervals where it was measured. */
  public sealed interface Outcome {
    String words();
  }

  /**
   * It serves now.
   *
   * @param serving what serves its language
   */
  public record Promoted(ModuleSelection serving, String words) implements Outcome {}

  /** It stays a candidate. */
  public record Kept(String words) implements Outcome {}

  /**
   * What a published module would serve beside: itself, what it was made for, and the pivot in
   * effect.
   *
   * @throws IsoglossException MODULE_MISFIT if a module that it was made for is not published
   */
  public static List<ModuleSelection> beside(
      ModuleLedger ledger, ModuleReference candidate, ModuleManifest manifest) {
    Optional<ModuleReference> pivot = ledger.effective(ModuleManifest.PIVOT).languageModule();
    ModuleSelection own =
        switch (manifest) {
          case ModuleManifest.Language language ->
              new ModuleSelection(candidate.language(), Optional.of(candidate), Optional.empty());
          case ModuleManifest.Alignment alignment -> {
            pivot = alignment.pivot().map(digest -> published(ledger, digest));
            yield new ModuleSelection(
                candidate.language(),
                alignment.languageModule().map(digest -> published(ledger, digest)),
                Optional.of(candidate));
          }
        };
    return candidate.language().equals(ModuleManifest.PIVOT)
        ? List.of(own)
        : List.of(own, new ModuleSelection(ModuleManifest.PIVOT, pivot, Optional.empty()));
  }

  private static ModuleReference published(ModuleLedger ledger, Digest digest) {
    return ledger.versions().stream()
        .map(ModuleLedger.Version::reference)
        .filter(reference -> reference.digest().equals(digest))
        .findFirst()
        .orElseThrow(
            () ->
                new IsoglossException(
                    ErrorCode.MODULE_MISFIT,
                    "the module %s that it was made for is not published"
                        .formatted(digest.abbreviated())));
  }

  /**
   * Compares a published candidate with what serves, on the same items, and activates it if the
   * rule says so and nothing else that serves would suffer: an alignment made for another pivot
   * than the one that serves stays a candidate, and so does a language module whose activation
   * would take an alignment out of service. Should other modules come to serve meanwhile, the
   * candidate is compared with those.
   *
   * @param candidateScores of the candidate beside what it was made for
   * @throws IsoglossException MODULE_MISSING; TOO_LITTLE_DATA; or the code of a module that does
   *     not load
   */
  public Outcome promoteIfBetter(
      ModuleReference candidate,
      ItemScores candidateScores,
      HeldOutItems items,
      PromotionRule rule) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      ModuleLedger ledger = publisher.ledger();
      ModuleManifest manifest =
          ledger
              .version(candidate.name())
              .orElseThrow(
                  () ->
                      new IsoglossException(
                          ErrorCode.MODULE_MISSING, candidate.name() + " is not published"))
              .manifest();
      ModuleSelection serving = ledger.effective(candidate.language());
      ModuleSelection wanted = beside(ledger, candidate, manifest).getFirst();
      if (serving.equals(wanted)) {
        return new Kept(candidate.name() + " serves already");
      }
      Optional<String> obstacle = obstacle(ledger, candidate, manifest, serving);
      if (obstacle.isPresent()) {
        return new Kept("%s stays a candidate: %s".formatted(candidate.name(), obstacle.get()));
      }
      List<ModuleSelection> now =
          candidate.language().equals(ModuleManifest.PIVOT)
              ? List.of(serving)
              : List.of(serving, ledger.effective(ModuleManifest.PIVOT));
      PromotionRule.Verdict verdict =
          rule.compare(candidateScores, evaluation.of(now, published, items));
      String compared =
          "%s against %s: %s".formatted(wanted.text(), serving.text(), verdict.words());
      if (!verdict.better()) {
        return new Kept("%s stays a candidate: %s".formatted(candidate.name(), compared));
      }
      String words = "promoted: " + compared;
      if (publisher.activateInsteadOf(candidate.name(), now, words)) {
        return new Promoted(wanted, words);
      }
    }
    return new Kept(
        "%s stays a candidate: what serves kept changing while it was compared"
            .formatted(candidate.name()));
  }

  private static Optional<String> obstacle(
      ModuleLedger ledger,
      ModuleReference candidate,
      ModuleManifest manifest,
      ModuleSelection serving) {
    return switch (manifest) {
      case ModuleManifest.Alignment alignment ->
          alignment.pivot().equals(ledger.pivot())
              ? Optional.empty()
              : Optional.of(
                  "it was made for the pivot %s, and %s serves"
                      .formatted(text(alignment.pivot()), text(ledger.pivot())));
      case ModuleManifest.Language language -> {
        List<String> lost =
            language.language().equals(ModuleManifest.PIVOT)
                ? ledger.alignmentsNotFor(Optional.of(candidate.digest())).stream()
                    .flatMap(s -> s.alignmentModule().stream())
                    .map(ModuleReference::name)
                    .toList()
                : serving.alignmentModule().stream().map(ModuleReference::name).toList();
        yield lost.isEmpty()
            ? Optional.empty()
            : Optional.of(
                "%s, made for the language module that serves, would be lost; activate it"
                        .formatted(String.join(", ", lost))
                    + " together with an alignment made for it");
      }
    };
  }

  private static String text(Optional<Digest> digest) {
    return digest.map(Digest::abbreviated).orElse("none");
  }
}
