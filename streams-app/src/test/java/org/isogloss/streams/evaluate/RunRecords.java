package org.isogloss.streams.evaluate;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.isogloss.encoder.encode.EncoderDescription;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.encoder.space.Pooling;
import org.isogloss.encoder.space.View;
import org.isogloss.metrics.suite.Metric;
import org.isogloss.metrics.suite.Score;

/** Records of runs that never ran. */
final class RunRecords {
  static final EncoderDescription ENCODER =
      new EncoderDescription("tiny", Digest.of("tiny"), 2, Pooling.MEAN, 8, 128, "cpu", "fp32");

  private RunRecords() {}

  static RunRecord of(List<String> languages, List<ModuleSelection> modules, List<Score> scores) {
    return of(languages, modules, scores, new TreeMap<>());
  }

  static RunRecord of(
      List<String> languages,
      List<ModuleSelection> modules,
      List<Score> scores,
      SortedMap<VectorOrigin, Integer> origins) {
    return new RunRecord(
        "suite-tiny-none-0",
        "suite",
        Digest.of("suite"),
        new TreeSet<>(languages),
        new TreeSet<>(),
        EncoderIdentity.of(ENCODER, modules),
        "direct",
        "classes-now",
        Instant.EPOCH,
        Duration.ofSeconds(2),
        7,
        3,
        origins,
        scores);
  }

  static ModuleReference module(String name) {
    return ModuleReference.parse(name, Digest.of(name)).orElseThrow();
  }

  static Score score(Metric metric, String set, String languages, double value) {
    return new Score(metric, set, View.CROSS_LINGUAL, languages, 600, new Score.Value(value));
  }
}
