package org.isogloss.trainer.focus;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * Vectors of pieces by their neighbours in text: positive pointwise mutual information, the
 * contexts' distribution smoothed by the power 0.75, the nearer neighbour counting more (Levy,
 * Goldberg and Dagan 2015); its truncated singular value decomposition U √Σ, found by iterating a
 * random subspace (Halko, Martinsson and Tropp 2011). Vectors have unit length. Immutable.
 */
final class AuxiliarySpace {
  private static final double SMOOTHING = 0.75;
  private static final int OVERSAMPLING = 10;
  private static final int ITERATIONS = 3;

  private final float[][] vectors;

  private AuxiliarySpace(float[][] vectors) {
    this.vectors = vectors;
  }

  /**
   * @param window how far neighbours reach, in pieces
   * @param contexts how many pieces, the most frequent, count as neighbours
   * @param fewestOccurrences a rarer piece gets no vector
   */
  record Settings(int dimension, int window, int contexts, int fewestOccurrences, long seed) {}

  /**
   * Learns from sentences.
   *
   * @param sentences ids of pieces, below {@code vocabulary}
   */
  static AuxiliarySpace learn(List<int[]> sentences, int vocabulary, Settings settings) {
    long[] occurrences = new long[vocabulary];
    for (int[] sentence : sentences) {
      for (int piece : sentence) {
        occurrences[piece]++;
      }
    }
    int[] contextOf = contexts(occurrences, settings.contexts());
    int contexts = Math.toIntExact(IntStream.of(contextOf).filter(c -> c >= 0).count());
    float[][] counts = new float[vocabulary][];
    for (int piece = 0; piece < vocabulary; piece++) {
      boolean known = occurrences[piece] >= Math.max(1, settings.fewestOccurrences());
      counts[piece] = new float[known ? contexts : 0];
    }
    for (int[] sentence : sentences) {
      for (int i = 0; i < sentence.length; i++) {
        float[] row = counts[sentence[i]];
        if (row.length == 0) {
          continue;
        }
        int from = Math.max(0, i - settings.window());
        int to = Math.min(sentence.length - 1, i + settings.window());
        for (int j = from; j <= to; j++) {
          int context = contextOf[sentence[j]];
          if (j != i && context >= 0) {
            row[context] += 1f / Math.abs(i - j);
          }
        }
      }
    }
    SparseRows information = information(counts, contexts);
    int rank = Math.min(settings.dimension(), contexts);
    return new AuxiliarySpace(factorise(information, contexts, rank, settings.seed()));
  }

  boolean contains(int piece) {
    return vectors[piece].length > 0;
  }

  /** The cosine of two pieces that are contained. */
  float cosine(int piece, int other) {
    float[] x = vectors[piece];
    float[] y = vectors[other];
    float dot = 0;
    for (int c = 0; c < x.length; c++) {
      dot += x[c] * y[c];
    }
    return dot;
  }

  /** The column of each piece that is a context, -1 of the others. */
  private static int[] contexts(long[] occurrences, int most) {
    int[] contextOf = new int[occurrences.length];
    Arrays.fill(contextOf, -1);
    int[] frequent =
        IntStream.range(0, occurrences.length)
            .filter(piece -> occurrences[piece] > 0)
            .boxed()
            .sorted((a, b) -> Long.compare(occurrences[b], occurrences[a]))
            .limit(most)
            .mapToInt(Integer::intValue)
            .toArray();
    for (int column = 0; column < frequent.length; column++) {
      contextOf[frequent[column]] = column;
    }
    return contextOf;
  }

  /** A matrix of which only what is not zero is held, by rows. */
  @SuppressWarnings("ArrayRecordComponent")
  private record SparseRows(int[][] columns, float[][] values) {
    SparseRows transposed(int width) {
      int[] sizes = new int[width];
      for (int[] row : columns) {
        for (int column : row) {
          sizes[column]++;
        }
      }
      int[][] rows = new int[width][];
      float[][] transposed = new float[width][];
      for (int column = 0; column < width; column++) {
        rows[column] = new int[sizes[column]];
        transposed[column] = new float[sizes[column]];
      }
      int[] next = new int[width];
      for (int row = 0; row < columns.length; row++) {
        for (int i = 0; i < columns[row].length; i++) {
          int column = columns[row][i];
          rows[column][next[column]] = row;
          transposed[column][next[column]++] = values[row][i];
        }
      }
      return new SparseRows(rows, transposed);
    }

    /** This matrix times another, {@code [rows][width]}. */
    double[][] times(double[][] other) {
      int width = other[0].length;
      return IntStream.range(0, columns.length)
          .parallel()
          .mapToObj(
              row -> {
                double[] product = new double[width];
                for (int i = 0; i < columns[row].length; i++) {
                  double[] factor = other[columns[row][i]];
                  double value = values[row][i];
                  for (int c = 0; c < width; c++) {
                    product[c] += value * factor[c];
                  }
                }
                return product;
              })
          .toArray(double[][]::new);
    }
  }

  private static SparseRows information(float[][] counts, int contexts) {
    double[] ofContext = new double[contexts];
    double[] ofPiece = new double[counts.length];
    for (int piece = 0; piece < counts.length; piece++) {
      for (int context = 0; context < counts[piece].length; context++) {
        ofContext[context] += counts[piece][context];
        ofPiece[piece] += counts[piece][context];
      }
    }
    double smoothedTotal = 0;
    for (int context = 0; context < contexts; context++) {
      ofContext[context] = Math.pow(ofContext[context], SMOOTHING);
      smoothedTotal += ofContext[context];
    }
    int[][] columns = new int[counts.length][];
    float[][] values = new float[counts.length][];
    for (int piece = 0; piece < counts.length; piece++) {
      float[] row = counts[piece];
      int size = 0;
      int[] at = new int[row.length];
      float[] positive = new float[row.length];
      for (int context = 0; context < row.length; context++) {
        if (row[context] > 0) {
          double mutual =
              Math.log(row[context] / ofPiece[piece] * smoothedTotal / ofContext[context]);
          if (mutual > 0) {
            at[size] = context;
            positive[size++] = (float) mutual;
          }
        }
      }
      columns[piece] = Arrays.copyOf(at, size);
      values[piece] = Arrays.copyOf(positive, size);
    }
    return new SparseRows(columns, values);
  }

  private static float[][] factorise(SparseRows matrix, int contexts, int rank, long seed) {
    if (contexts == 0) {
      return new float[matrix.columns().length][0];
    }
    int width = Math.min(rank + OVERSAMPLING, contexts);
    SparseRows transposed = matrix.transposed(contexts);
    Random random = new Random(seed);
    double[][] basis = new double[contexts][width];
    for (double[] row : basis) {
      for (int c = 0; c < width; c++) {
        row[c] = random.nextGaussian();
      }
    }
    for (int i = 0; i < ITERATIONS; i++) {
      double[][] image = matrix.times(basis);
      orthonormalise(image);
      basis = transposed.times(image);
      orthonormalise(basis);
    }
    double[][] projected = matrix.times(basis);
    return rotate(projected, width, Math.min(rank, width));
  }

  /** U √Σ of a tall matrix, the rows brought to unit length. */
  private static float[][] rotate(double[][] tall, int width, int rank) {
    DMatrixRMaj gram = new DMatrixRMaj(width, width);
    for (double[] row : tall) {
      for (int i = 0; i < width; i++) {
        for (int j = 0; j < width; j++) {
          gram.data[i * width + j] += row[i] * row[j];
        }
      }
    }
    EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(width, true, true);
    if (!eigen.decompose(gram)) {
      throw new IllegalStateException("a symmetric matrix always has eigenvectors");
    }
    int[] order =
        IntStream.range(0, width)
            .boxed()
            .sorted(
                (a, b) -> Double.compare(eigen.getEigenvalue(b).real, eigen.getEigenvalue(a).real))
            .limit(rank)
            .mapToInt(Integer::intValue)
            .toArray();
    double[][] directions = new double[rank][];
    for (int i = 0; i < rank; i++) {
      // The eigenvalue is σ²; the row times its vector is uσ, and u√σ is wanted.
      double square = Math.max(eigen.getEigenvalue(order[i]).real, 0);
      double factor = square < 1e-12 ? 0 : Math.pow(square, -0.25);
      double[] vector = eigen.getEigenVector(order[i]).data.clone();
      for (int c = 0; c < width; c++) {
        vector[c] *= factor;
      }
      directions[i] = vector;
    }
    return Arrays.stream(tall)
        .parallel()
        .map(
            row -> {
              float[] vector = new float[rank];
              for (int i = 0; i < rank; i++) {
                double dot = 0;
                for (int c = 0; c < width; c++) {
                  dot += row[c] * directions[i][c];
                }
                vector[i] = (float) dot;
              }
              double norm = BackboneTable.norm(vector);
              if (norm == 0) {
                return new float[0];
              }
              BackboneTable.scale(vector, 1);
              return vector;
            })
        .toArray(float[][]::new);
  }

  /** Modified Gram-Schmidt on the columns, twice, which is enough. */
  private static void orthonormalise(double[][] columns) {
    int width = columns[0].length;
    double[][] vectors = new double[width][columns.length];
    for (int row = 0; row < columns.length; row++) {
      for (int c = 0; c < width; c++) {
        vectors[c][row] = columns[row][c];
      }
    }
    for (int c = 0; c < width; c++) {
      for (int pass = 0; pass < 2; pass++) {
        for (int before = 0; before < c; before++) {
          subtract(vectors[c], vectors[before], dot(vectors[c], vectors[before]));
        }
      }
      double norm = Math.sqrt(dot(vectors[c], vectors[c]));
      double factor = norm < 1e-12 ? 0 : 1 / norm;
      for (int row = 0; row < columns.length; row++) {
        vectors[c][row] *= factor;
        columns[row][c] = vectors[c][row];
      }
    }
  }

  private static double dot(double[] x, double[] y) {
    double dot = 0;
    for (int i = 0; i < x.length; i++) {
      dot += x[i] * y[i];
    }
    return dot;
  }

  private static void subtract(double[] from, double[] vector, double times) {
    for (int i = 0; i < from.length; i++) {
      from[i] -= times * vector[i];
    }
  }
}
