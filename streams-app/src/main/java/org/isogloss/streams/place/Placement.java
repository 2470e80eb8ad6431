package org.isogloss.streams.place;

/** Chooses partitions. Every method gives a partition in {@code [0, partitions)}. */
public final class Placement {
  /** Home partitions of a language unless told otherwise. */
  public static final int DEFAULT_HOMES = 2;

  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  private Placement() {}

  /**
   * The partition of a sentence by its language: one of the language's few homes, chosen by the id,
   * so that equal ids of a language stay in order.
   *
   * @param homes how many partitions the language may use; more than there are means all
   */
  public static int forLanguage(String language, String id, int partitions, int homes) {
    check(partitions);
    if (homes < 1) {
      throw new IllegalArgumentException("no homes: " + homes);
    }
    long languageHash = hash(language);
    long idHash = hash(id);
    int best = -1;
    long bestWeight = 0;
    for (int partition = 0; partition < partitions; partition++) {
      if (rank(languageHash, partition, partitions) >= homes) {
        continue;
      }
      long weight = weight(idHash, partition);
      if (best < 0 || Long.compareUnsigned(weight, bestWeight) > 0) {
        best = partition;
        bestWeight = weight;
      }
    }
    return best;
  }

  /**
   * The partition of a record by its scope, so that all of a scope lies together. Records of the
   * empty scope are not mined, and spread by id.
   */
  public static int forScope(String scope, String id, int partitions) {
    check(partitions);
    long hash = scope.isEmpty() ? hash(id) : hash(scope);
    int best = 0;
    for (int partition = 1; partition < partitions; partition++) {
      if (Long.compareUnsigned(weight(hash, partition), weight(hash, best)) > 0) {
        best = partition;
      }
    }
    return best;
  }

  private static int rank(long hash, int partition, int partitions) {
    long own = weight(hash, partition);
    int heavier = 0;
    for (int other = 0; other < partitions; other++) {
      if (Long.compareUnsigned(weight(hash, other), own) > 0) {
        heavier++;
      }
    }
    return heavier;
  }

  private static long weight(long hash, int partition) {
    return mix(hash + GOLDEN * (partition + 1L));
  }

  private static long hash(String text) {
    long hash = FNV_OFFSET;
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      hash = (hash ^ (unit & 0xFF)) * FNV_PRIME;
      hash = (hash ^ (unit >>> 8)) * FNV_PRIME;
    }
    return mix(hash);
  }

  private static long mix(long value) {
    long mixed = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }

  private static void check(int partitions) {
    if (partitions < 1) {
      throw new IllegalArgumentException("no partitions: " + partitions);
    }
  }
}
