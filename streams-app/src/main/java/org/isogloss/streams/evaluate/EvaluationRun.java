package org.isogloss.streams.evaluate;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.View;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.metrics.suite.BitextSet;
import org.isogloss.metrics.suite.ClassificationSet;
import org.isogloss.metrics.suite.EvaluationSet;
import org.isogloss.metrics.suite.Score;
import org.isogloss.metrics.suite.SimilaritySet;
import org.isogloss.metrics.suite.SimilarityTrack;
import org.isogloss.metrics.suite.Split;
import org.isogloss.metrics.suite.Suite;
import org.isogloss.metrics.suite.SuiteScorer;
import org.isogloss.streams.route.Refusal;
import org.isogloss.streams.route.RouterOptions;
import org.isogloss.streams.route.TextRules;

/**
 * One run of a suite: collects its distinct sentences, has those encoded that have no vector yet,
 * and computes the numbers. A run that is stopped goes on where it was. For one thread.
 */
public final class EvaluationRun {
  private static final int FORCE_EVERY = 4_096;

  private final EvaluationFolder folder;
  private final InstantSource clock;

  public EvaluationRun(EvaluationFolder folder, InstantSource clock) {
    this.folder = folder;
    this.clock = clock;
  }

  /**
   * What is measured.
   *
   * @param languages empty: all of the suite
   * @param tasks {@code sts}, {@code classification}, {@code bitext} or names of sets; empty: all
   */
  public record Setting(
      Suite suite, SortedSet<String> languages, SortedSet<String> tasks, EncoderIdentity identity) {
    /**
     * @throws IsoglossException BAD_OPTION for a language or task the suite does not have
     */
    public Setting {
      for (String language : languages) {
        if (!suite.languages().contains(language)) {
          throw new IsoglossException(
              ErrorCode.BAD_OPTION,
              "the suite %s has no %s, but %s"
                  .formatted(suite.name(), language, String.join(" ", suite.languages())));
        }
      }
      languages = languages.isEmpty() ? new TreeSet<>(suite.languages()) : new TreeSet<>(languages);
      tasks = new TreeSet<>(tasks);
      for (String task : tasks) {
        if (suite.sets().stream().noneMatch(set -> isOf(set, task))) {
          throw new IsoglossException(
              ErrorCode.BAD_OPTION,
              "the suite %s has no task or set %s".formatted(suite.name(), task));
        }
      }
    }

    /** The part of the suite that is measured. */
    Suite measured() {
      return measured(suite, tasks);
    }

    static Suite measured(Suite suite, Collection<String> tasks) {
      return tasks.isEmpty()
          ? suite
          : new Suite(
              suite.name(),
              suite.digest(),
              suite.sets().stream()
                  .filter(set -> tasks.stream().anyMatch(task -> isOf(set, task)))
                  .toList());
    }

    private static boolean isOf(EvaluationSet set, String task) {
      String kind =
          switch (set) {
            case SimilaritySet s -> "sts";
            case SimilarityTrack t -> "sts";
            case ClassificationSet c -> "classification";
            case BitextSet b -> "bitext";
          };
      return task.equals(kind) || task.equals(set.name()) || set.name().startsWith(task + "/");
    }

    /** The same for the same setting and route. */
    public String id(String route) {
      String text =
          String.join(
              "\n",
              suite.digest().hex(),
              String.join(" ", languages),
              String.join(" ", tasks),
              identity.digest().hex(),
              route);
      boolean bare = identity.selections().isEmpty();
      return "%s-%s-%s-%s"
          .formatted(
              plain(suite.name()),
              plain(identity.encoder().backboneName()),
              bare ? "none" : "modules",
              Digest.of(text).hex().substring(0, 8));
    }

    private static String plain(String name) {
      String plain = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "");
      return plain.length() > 24 ? plain.substring(0, 24) : plain;
    }
  }

  /** Told how a run goes. */
  public interface Listener {
    /** So many vectors are wanted, of which so many lie on disk already. */
    void begins(String id, int wanted, int present);

    /** So many of those that were missing are made. */
    void encoded(int done, int missing);

    /** All vectors are there; the numbers are computed. */
    void scores();
  }

  /**
   * Runs.
   *
   * @throws IsoglossException SPACE_MISMATCH; for a sentence that cannot be encoded, the code of
   *     the reason
   */
  public RunRecord run(Setting setting, SuiteEncoding encoding, Listener listener) {
    Instant started = clock.instant();
    Suite measured = setting.measured();
    SuiteScorer scorer = new SuiteScorer(measured, setting.languages(), Split.TEST);
    Map<String, Map<String, Set<View>>> wanted = wanted(scorer, setting.identity());
    if (wanted.isEmpty()) {
      throw new IsoglossException(
          ErrorCode.BAD_OPTION, "nothing of the suite is of these languages and tasks");
    }
    SortedSet<String> languages = new TreeSet<>(wanted.keySet());
    folder.suites().keep(setting.suite());
    String id = setting.id(encoding.route());
    int sentences = wanted.values().stream().mapToInt(Map::size).sum();
    try (VectorStore vectors =
        VectorStore.append(folder.vectors(), setting.identity(), languages)) {
      List<SuiteEncoding.Need> needs = new ArrayList<>();
      int all = 0;
      int missing = 0;
      for (Map.Entry<String, Map<String, Set<View>>> language : wanted.entrySet()) {
        for (Map.Entry<String, Set<View>> sentence : language.getValue().entrySet()) {
          Set<View> views = EnumSet.copyOf(sentence.getValue());
          all += views.size();
          views.removeIf(view -> vectors.has(language.getKey(), sentence.getKey(), view));
          missing += views.size();
          if (!views.isEmpty()) {
            needs.add(new SuiteEncoding.Need(language.getKey(), sentence.getKey(), views));
          }
        }
      }
      listener.begins(id, all, all - missing);
      int toMake = missing;
      int[] made = {0};
      if (!needs.isEmpty()) {
        encoding.encode(
            id,
            needs,
            (need, view, space, vector, origin) -> {
              vectors.add(need.language(), need.text(), view, space, vector, origin);
              if (++made[0] % FORCE_EVERY == 0) {
                vectors.force();
              }
              listener.encoded(made[0], toMake);
            });
      }
      vectors.force();
      vectors.requireOneCrossLingualSpace(languages);
      listener.scores();
      List<Score> scores = scorer.score(vectors);
      RunRecord run =
          new RunRecord(
              id,
              setting.suite().name(),
              setting.suite().digest(),
              setting.languages(),
              setting.tasks(),
              setting.identity(),
              encoding.route(),
              CodeVersion.text(),
              started,
              Duration.between(started, clock.instant()),
              sentences,
              made[0],
              origins(wanted, vectors),
              scores);
      folder.write(run);
      MtebResults.write(run, folder.run(id));
      return run;
    }
  }

  /** How many of a run's vectors came to be how. */
  private static SortedMap<VectorOrigin, Integer> origins(
      Map<String, Map<String, Set<View>>> wanted, VectorStore vectors) {
    SortedMap<VectorOrigin, Integer> origins = new TreeMap<>();
    wanted.forEach(
        (language, sentences) ->
            sentences.forEach(
                (text, views) ->
                    views.forEach(
                        view ->
                            origins.merge(vectors.origin(language, text, view), 1, Integer::sum))));
    return origins;
  }

  /** By language, by normalised text, the views that are encoded. */
  private static Map<String, Map<String, Set<View>>> wanted(
      SuiteScorer scorer, EncoderIdentity identity) {
    TextRules rules = new TextRules(RouterOptions.DEFAULT_MAX_CHARACTERS);
    Map<String, Map<String, Set<View>>> wanted = new TreeMap<>();
    for (SuiteScorer.Wanted each : scorer.wanted()) {
      rules
          .check(each.text())
          .ifPresent(
              refusal -> {
                throw refused(each, refusal);
              });
      wanted
          .computeIfAbsent(each.language(), language -> new LinkedHashMap<>())
          .computeIfAbsent(VectorStore.normalised(each.text()), text -> EnumSet.noneOf(View.class))
          .add(identity.encoded(each.language(), each.view()));
    }
    return wanted;
  }

  private static IsoglossException refused(SuiteScorer.Wanted sentence, Refusal refusal) {
    return new IsoglossException(
        refusal.code(),
        "'%s' (%s) of the suite: %s"
            .formatted(sentence.text(), sentence.language(), refusal.message()));
  }
}
