package org.isogloss.encoder.engine;

import org.isogloss.error.IsoglossException;
import org.isogloss.mining.SimdSimilarity;
import org.isogloss.mining.SimilarityBlocks;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each search of pairs its products, and opens libtorch for them no sooner than it pays. Safe
 * for several threads; what it gives works until it is closed.
 */
public final class Similarities implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Similarities.class);

  /**
   * Floating-point operations from which on it pays to start libtorch. Measured on two cores with
   * AVX-512: it starts in about one second, and then multiplies at 350 GFLOP/s where the Vector API
   * does 130; 150 GFLOP (10,000 by 10,000 rows of 768) take as long either way.
   */
  static final double WORTH_A_START = 150e9;

  private final SimilarityKind kind;
  private final SimilarityBlocks simd = new SimdSimilarity();
  private @Nullable TorchSimilarity torch;
  private boolean unavailable;
  private boolean closed;

  public Similarities(SimilarityKind kind) {
    this.kind = kind;
  }

  /**
   * The products for a search of so many rows by so many; this object's to close.
   *
   * @throws IsoglossException ENGINE_UNAVAILABLE if libtorch was asked for and does not start
   */
  public synchronized SimilarityBlocks forSearch(int sourceRows, int targetRows, int dimension) {
    if (closed) {
      throw new IllegalStateException("the products are closed");
    }
    return switch (kind) {
      case SIMD -> simd;
      case TORCH -> torch();
      case AUTO -> {
        double operations = 2.0 * sourceRows * targetRows * dimension;
        yield TorchRuntime.isStarted() || operations >= WORTH_A_START ? torchOrSimd() : simd;
      }
    };
  }

  private SimilarityBlocks torchOrSimd() {
    if (unavailable) {
      return simd;
    }
    try {
      return torch();
    } catch (IsoglossException e) {
      log.warn("mining goes on without libtorch, slower: {}", e.getMessage());
      unavailable = true;
      return simd;
    }
  }

  private TorchSimilarity torch() {
    TorchSimilarity opened = torch;
    if (opened == null) {
      opened = TorchSimilarity.open();
      torch = opened;
    }
    return opened;
  }

  /** No search may be under way. */
  @Override
  public synchronized void close() {
    closed = true;
    if (torch != null) {
      torch.close();
      torch = null;
    }
  }
}
