package org.isogloss.streams.route;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.isogloss.schemas.record.View;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.place.Placement;

/**
 * How to route.
 *
 * @param applicationId also the consumer group
 * @param input topic of sentences
 * @param output topic of encode requests
 * @param threads stream threads, at least one
 * @param maxCharacters the longest text taken, in code points
 * @param policy for languages given
 * @param homes partitions that a language may use
 * @param views of a sentence that asks for none, at least one
 * @param stateDirectory where Kafka Streams keeps what it must
 */
public record RouterOptions(
    String applicationId,
    String input,
    String output,
    int threads,
    int maxCharacters,
    LanguagePolicy policy,
    int homes,
    Set<View> views,
    Path stateDirectory) {
  /** The longest text taken unless told otherwise, in code points. */
  public static final int DEFAULT_MAX_CHARACTERS = 10_000;

  private static final String DEFAULT_APPLICATION = "isogloss-router";

  public RouterOptions {
    if (applicationId.isBlank() || threads < 1 || homes < 1 || views.isEmpty()) {
      throw new IllegalArgumentException(
          "no way to route: application '%s', %d threads, %d homes, views %s"
              .formatted(applicationId, threads, homes, views));
    }
    views = Set.copyOf(views);
  }

  /** The pipeline's own router. */
  public static RouterOptions defaults(Path stateDirectory) {
    return new RouterOptions(
        DEFAULT_APPLICATION,
        Topics.SENTENCES,
        Topics.ENCODE_REQUESTS,
        1,
        DEFAULT_MAX_CHARACTERS,
        LanguagePolicy.TRUST,
        Placement.DEFAULT_HOMES,
        EnumSet.of(View.CROSS_LINGUAL),
        stateDirectory);
  }

  /** The same with this policy. */
  public RouterOptions with(LanguagePolicy languagePolicy) {
    return new RouterOptions(
        applicationId,
        input,
        output,
        threads,
        maxCharacters,
        languagePolicy,
        homes,
        views,
        stateDirectory);
  }

  /** The same with this many threads. */
  public RouterOptions with(int streamThreads) {
    return new RouterOptions(
        applicationId,
        input,
        output,
        streamThreads,
        maxCharacters,
        policy,
        homes,
        views,
        stateDirectory);
  }
}
