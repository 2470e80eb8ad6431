package org.isogloss.streams.mine;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.isogloss.encoder.engine.SimilarityKind;
import org.isogloss.mining.MiningOptions;

/**
 * How a miner works.
 *
 * @param applicationId the Kafka Streams application; miners that share the work have the same
 * @param stateDirectory where the stores lie; what is lost there is rebuilt from the changelogs
 * @param pairs which languages are mined against which
 * @param mining how pairs are scored and chosen
 * @param slice how long the stream thread works on a scope before it looks at the topics again; far
 *     shorter than a transaction may be
 * @param idleSeal how long an open scope may be without arrivals before it is sealed; empty: scopes
 *     are sealed by request only
 * @param similarity whose matrix products the search uses
 */
public record MinerOptions(
    String applicationId,
    Path stateDirectory,
    PairSelection pairs,
    MiningOptions mining,
    Duration slice,
    Optional<Duration> idleSeal,
    SimilarityKind similarity) {
  /** The application id unless told otherwise. */
  public static final String APPLICATION_ID = "isogloss-miner";

  private static final Duration LONGEST_SLICE = Duration.ofSeconds(2);

  public MinerOptions {
    if (applicationId.isBlank()) {
      throw new IllegalArgumentException("no application id");
    }
    if (!slice.isPositive() || slice.compareTo(LONGEST_SLICE) > 0) {
      throw new IllegalArgumentException(
          "a slice takes more than nothing and at most " + LONGEST_SLICE + ": " + slice);
    }
    if (idleSeal.isPresent() && !idleSeal.get().isPositive()) {
      throw new IllegalArgumentException("scopes cannot be idle for " + idleSeal.get());
    }
  }

  /** Every language against English, margin ratio with 4 neighbours; seals by request only. */
  public static MinerOptions in(Path stateDirectory) {
    return new MinerOptions(
        APPLICATION_ID,
        stateDirectory,
        PairSelection.DEFAULT,
        MiningOptions.DEFAULT,
        Duration.ofMillis(300),
        Optional.empty(),
        SimilarityKind.AUTO);
  }

  /** The same with these pairs of languages. */
  public MinerOptions withPairs(PairSelection selection) {
    return new MinerOptions(
        applicationId, stateDirectory, selection, mining, slice, idleSeal, similarity);
  }

  /** The same with this scoring. */
  public MinerOptions withMining(MiningOptions options) {
    return new MinerOptions(
        applicationId, stateDirectory, pairs, options, slice, idleSeal, similarity);
  }

  /** The same, sealing scopes that are idle for so long. */
  public MinerOptions withIdleSeal(Duration idle) {
    return new MinerOptions(
        applicationId, stateDirectory, pairs, mining, slice, Optional.of(idle), similarity);
  }

  /** The same with these products. */
  public MinerOptions withSimilarity(SimilarityKind kind) {
    return new MinerOptions(applicationId, stateDirectory, pairs, mining, slice, idleSeal, kind);
  }
}
