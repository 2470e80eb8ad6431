package org.isogloss.registry;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.ModuleKind;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.error.ErrorCode;

/**
 * The topic {@code isogloss.modules}, folded into what it means: which versions there are, and
 * which serve. Every reader that applies the same records comes to the same answer, however the
 * records of different keys are ordered.
 *
 * <p>The contract:
 *
 * <ul>
 *   <li>A version is announced once. A second announcement of the same name with other content is
 *       refused; the first stands.
 *   <li>An active set takes effect when it <em>fits</em>: its versions are announced with those
 *       digests, the alignment is bound to that language module and to the pivot in effect. Until
 *       then the set in effect before stays. So an announcement may come after the set that names
 *       it, and the replacements of all alignments may be requested before the pivot they are made
 *       for: when it comes, they switch with it in one step.
 *   <li>When the pivot changes, a language whose alignment was made for the old pivot and that has
 *       no fitting request serves without alignment, which its vectors' provenance says.
 *   <li>A deleted record counts as one that was never written: a reader that saw it and one that
 *       starts after the topic was compacted come to the same answer.
 *   <li>A version that a worker found at fault serves nowhere. What was to serve with it gives way
 *       to the set that its record names as the one before, so a worker that starts anew comes to
 *       the same answer as one that saw the history.
 * </ul>
 *
 * <p>Not thread-safe: one reader owns it.
 */
public final class ModuleLedger {
  /**
   * One announced version.
   *
   * @param bytes size of its pack
   * @param evaluation scores by metric, as whoever published it measured them; may be empty
   */
  public record Version(
      ModuleReference reference,
      ModuleManifest manifest,
      long bytes,
      long timeMillis,
      Map<String, Double> evaluation) {
    public Version {
      evaluation = Map.copyOf(evaluation);
    }

    /** A version without an evaluation. */
    public Version(
        ModuleReference reference, ModuleManifest manifest, long bytes, long timeMillis) {
      this(reference, manifest, bytes, timeMillis, Map.of());
    }
  }

  /** What applying a record changed or refused. */
  public sealed interface Change {}

  /** A version is known now. */
  public record Announced(Version version) implements Change {}

  /** Other modules serve a language now. */
  public record Switched(ModuleSelection before, ModuleSelection after) implements Change {}

  /**
   * A request waits for something that has not come yet.
   *
   * @param module the one of its modules that cannot serve
   * @param code MODULE_MISSING or MODULE_MISFIT
   */
  public record Waiting(ModuleReference module, ErrorCode code, String reason) implements Change {}

  /** A record that will never take effect. */
  public record Refused(String subject, ErrorCode code, String reason) implements Change {}

  private final SortedMap<String, Version> versions = new TreeMap<>();

  /** What was asked for, and what served before according to the same record. */
  private record Request(ModuleSelection wanted, Optional<ModuleSelection> before) {}

  private final SortedMap<String, Request> requested = new TreeMap<>();
  private final SortedMap<String, ModuleSelection> effective = new TreeMap<>();
  private final SortedMap<String, String> retired = new TreeMap<>();
  private final Map<Digest, Refused> faulty = new HashMap<>();

  /** An announcement. */
  public List<Change> announce(Version version) {
    String name = version.reference().name();
    Version known = versions.get(name);
    if (known != null) {
      if (known.reference().equals(version.reference())) {
        return List.of();
      }
      return List.of(
          new Refused(
              name,
              ErrorCode.MODULE_CONFLICT,
              "%s is already %s and cannot become %s"
                  .formatted(
                      name,
                      known.reference().digest().abbreviated(),
                      version.reference().digest().abbreviated())));
    }
    ModuleManifest manifest = version.manifest();
    if (manifest.kind() != version.reference().kind()
        || !manifest.language().equals(version.reference().language())) {
      return List.of(
          new Refused(
              name,
              ErrorCode.BAD_MODULE,
              "the manifest is of %s/%s".formatted(manifest.kind().label(), manifest.language())));
    }
    versions.put(name, version);
    List<Change> changes = new ArrayList<>();
    changes.add(new Announced(version));
    changes.addAll(settle());
    return List.copyOf(changes);
  }

  /** A request that these modules serve their language; what served before is not known. */
  public List<Change> activate(ModuleSelection selection) {
    return activate(selection, Optional.empty());
  }

  /**
   * A request that these modules serve their language.
   *
   * @param before what served when the request was made
   */
  public List<Change> activate(ModuleSelection selection, Optional<ModuleSelection> before) {
    requested.put(selection.language(), new Request(selection, before));
    // Whoever asks again has mended something, in the store or in the worker, or wants to know.
    selection.modules().forEach(module -> faulty.remove(module.digest()));
    List<Change> changes = new ArrayList<>(settle());
    if (!selection.equals(effective(selection.language()))) {
      changes.add(misfit(selection, pivot()).orElseThrow());
    }
    return List.copyOf(changes);
  }

  /** The announcement of a version was deleted: it serves no more. */
  public List<Change> withdraw(String name) {
    return versions.remove(name) == null ? List.of() : List.copyOf(settle());
  }

  /** The request for a language was deleted: the bare backbone serves it. */
  public List<Change> deactivate(String language) {
    return requested.containsKey(language) ? activate(ModuleSelection.none(language)) : List.of();
  }

  /** A version was found at fault: whatever has it gives way. */
  public List<Change> refuse(ModuleReference module, ErrorCode code, String reason) {
    Refused refused = new Refused(module.name(), code, reason);
    faulty.put(module.digest(), refused);
    List<Change> changes = new ArrayList<>();
    changes.add(refused);
    changes.addAll(settle());
    return List.copyOf(changes);
  }

  /** Whether a fault stands that lay in the store, where it may be mended. */
  public boolean mayBeMended() {
    return faulty.values().stream().anyMatch(fault -> mayBeMended(fault.code()));
  }

  /** Takes the faults that lay in the store for mended: what was asked for is due again. */
  public List<Change> retryMendable() {
    return faulty.values().removeIf(fault -> mayBeMended(fault.code()))
        ? List.copyOf(settle())
        : List.of();
  }

  /** A store may have got a pack after its announcement, or a whole copy of it. */
  private static boolean mayBeMended(ErrorCode code) {
    return code == ErrorCode.MODULE_MISSING || code == ErrorCode.DIGEST_MISMATCH;
  }

  /** Requests that cannot take effect before something else comes. */
  public List<Waiting> waiting() {
    List<Waiting> waiting = new ArrayList<>();
    requested.forEach(
        (language, request) -> {
          Optional<Digest> pivot =
              language.equals(ModuleManifest.PIVOT) ? Optional.empty() : pivot();
          if (misfitOnceMended(request.wanted(), pivot).orElse(null) instanceof Waiting one) {
            waiting.add(one);
          }
        });
    return List.copyOf(waiting);
  }

  /** What was asked for a language, whether it serves or not. */
  public Optional<ModuleSelection> requested(String language) {
    return Optional.ofNullable(requested.get(language)).map(Request::wanted);
  }

  /** What served before the latest request for a language. */
  public Optional<ModuleSelection> before(String language) {
    return Optional.ofNullable(requested.get(language)).flatMap(Request::before);
  }

  /** A version that shall not be activated again. It goes on serving where it serves. */
  public List<Change> retire(String name, String reason) {
    retired.put(name, reason);
    return List.of();
  }

  /** The retirement of a version was deleted. */
  public List<Change> reinstate(String name) {
    retired.remove(name);
    return List.of();
  }

  /** Every version: by kind and language, in the order of their numbers. */
  public List<Version> versions() {
    return versions.values().stream()
        .sorted(
            Comparator.comparing((Version version) -> version.reference().kind().label())
                .thenComparing(version -> version.reference().language())
                .thenComparingInt(version -> version.reference().number()))
        .toList();
  }

  public Optional<Version> version(String name) {
    return Optional.ofNullable(versions.get(name));
  }

  public boolean isRetired(String name) {
    return retired.containsKey(name);
  }

  /** The next free number of a kind and language. */
  public int nextNumber(ModuleKind kind, String language) {
    return 1
        + versions.values().stream()
            .map(Version::reference)
            .filter(r -> r.kind() == kind && r.language().equals(language))
            .mapToInt(ModuleReference::number)
            .max()
            .orElse(0);
  }

  /** What serves the language; nothing unless something was activated. */
  public ModuleSelection effective(String language) {
    return effective.getOrDefault(language, ModuleSelection.none(language));
  }

  /** What serves, of every language that has been activated. */
  public List<ModuleSelection> effective() {
    return List.copyOf(effective.values());
  }

  /** The pivot's language module in effect. */
  public Optional<Digest> pivot() {
    return effective(ModuleManifest.PIVOT).languageModule().map(ModuleReference::digest);
  }

  /** The languages whose alignment in effect would not fit another pivot. */
  public List<ModuleSelection> alignmentsNotFor(Optional<Digest> otherPivot) {
    return effective.values().stream()
        .filter(
            selection ->
                selection
                    .alignmentModule()
                    .map(a -> !boundPivot(a).equals(otherPivot))
                    .orElse(false))
        .toList();
  }

  /**
   * Why a selection could not take effect beside a pivot.
   *
   * @return empty if it fits
   */
  public Optional<Change> misfit(ModuleSelection selection, Optional<Digest> besidePivot) {
    return fault(selection).or(() -> misfitOnceMended(selection, besidePivot));
  }

  /** The fault that was found with one of the modules. */
  private Optional<Change> fault(ModuleSelection selection) {
    for (ModuleReference module : selection.modules()) {
      Refused fault = faulty.get(module.digest());
      if (fault != null) {
        return Optional.of(fault);
      }
    }
    return Optional.empty();
  }

  /** As {@link #misfit}, whatever faults workers found: for whoever wants them to try again. */
  public Optional<Change> misfitOnceMended(
      ModuleSelection selection, Optional<Digest> besidePivot) {
    for (ModuleReference wanted : selection.modules()) {
      Version known = versions.get(wanted.name());
      if (known == null) {
        return Optional.of(
            new Waiting(wanted, ErrorCode.MODULE_MISSING, wanted.name() + " is not announced yet"));
      }
      if (!known.reference().equals(wanted)) {
        return Optional.of(
            new Refused(
                wanted.name(),
                ErrorCode.MODULE_CONFLICT,
                "%s is %s, not %s"
                    .formatted(
                        wanted.name(),
                        known.reference().digest().abbreviated(),
                        wanted.digest().abbreviated())));
      }
    }
    if (selection.alignmentModule().isEmpty()) {
      return Optional.empty();
    }
    ModuleReference alignment = selection.alignmentModule().get();
    Optional<Digest> language = selection.languageModule().map(ModuleReference::digest);
    Version version = versions.get(alignment.name());
    if (version == null || !(version.manifest() instanceof ModuleManifest.Alignment manifest)) {
      throw new IllegalStateException("announcements are checked: " + alignment.name());
    }
    if (!manifest.languageModule().equals(language)) {
      return Optional.of(
          new Refused(
              alignment.name(),
              ErrorCode.MODULE_MISFIT,
              "%s was made for the language module %s, not %s"
                  .formatted(alignment.name(), text(manifest.languageModule()), text(language))));
    }
    if (!manifest.pivot().equals(besidePivot)) {
      return Optional.of(
          new Waiting(
              alignment,
              ErrorCode.MODULE_MISFIT,
              "%s was made for the pivot %s; the pivot is %s"
                  .formatted(alignment.name(), text(manifest.pivot()), text(besidePivot))));
    }
    return Optional.empty();
  }

  /** Brings into effect what fits; the pivot first, since the others depend on it. */
  private List<Change> settle() {
    List<Change> changes = new ArrayList<>();
    settle(ModuleManifest.PIVOT, Optional.empty(), changes);
    Optional<Digest> pivot = pivot();
    for (String language : requested.keySet()) {
      if (!language.equals(ModuleManifest.PIVOT)) {
        settle(language, pivot, changes);
      }
    }
    return changes;
  }

  /**
   * What was asked for, else what serves, else what served before if that has an alignment that
   * fits; else the language module asked for without alignment, else that of before, else nothing.
   */
  private void settle(String language, Optional<Digest> pivot, List<Change> changes) {
    Request request = requested.get(language);
    if (request == null) {
      return;
    }
    ModuleSelection current = effective(language);
    ModuleSelection bare = ModuleSelection.none(language);
    List<ModuleSelection> candidates = new ArrayList<>(List.of(request.wanted()));
    if (!current.equals(bare)) {
      candidates.add(current);
    }
    request.before().filter(b -> b.alignmentModule().isPresent()).ifPresent(candidates::add);
    candidates.add(unaligned(request.wanted()));
    request.before().map(ModuleLedger::unaligned).ifPresent(candidates::add);
    candidates.add(bare);
    for (ModuleSelection candidate : candidates) {
      if (misfit(candidate, pivot).isEmpty()) {
        take(candidate, changes);
        return;
      }
    }
  }

  private static ModuleSelection unaligned(ModuleSelection selection) {
    return new ModuleSelection(selection.language(), selection.languageModule(), Optional.empty());
  }

  private void take(ModuleSelection selection, List<Change> changes) {
    ModuleSelection before = effective(selection.language());
    effective.put(selection.language(), selection);
    if (!before.equals(selection)) {
      changes.add(new Switched(before, selection));
    }
  }

  private Optional<Digest> boundPivot(ModuleReference alignment) {
    Version version = versions.get(alignment.name());
    if (version != null && version.manifest() instanceof ModuleManifest.Alignment manifest) {
      return manifest.pivot();
    }
    throw new IllegalStateException("only announced alignments serve: " + alignment.name());
  }

  private static String text(Optional<Digest> digest) {
    return digest.map(Digest::abbreviated).orElse("none");
  }
}
