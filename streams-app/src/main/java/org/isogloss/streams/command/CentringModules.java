package org.isogloss.streams.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.encode.EncoderDescription;
import org.isogloss.encoder.encode.Prepared;
import org.isogloss.encoder.encode.Rejected;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.engine.TorchEncoder;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.ModuleTensors;
import org.isogloss.encoder.module.PostProcessing;
import org.isogloss.encoder.module.SelfTest;
import org.isogloss.encoder.space.View;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * The simplest language modules there are: they subtract the mean of a language's vectors, which is
 * what all its sentences share. The demo makes them from its own corpus; `modules fit` makes better
 * ones from more text. For one thread.
 */
final class CentringModules {
  private static final int SENTENCES_OF_A_CALL = 64;
  private static final int SELF_TESTS = 2;

  private final TorchEncoder encoder;
  private final Backbone backbone;

  /**
   * @param encoder serves no modules
   */
  CentringModules(TorchEncoder encoder, Backbone backbone) {
    this.encoder = encoder;
    this.backbone = backbone;
  }

  /** Writes a module directory, which must not exist, from the sentences of one language. */
  void write(Path directory, String language, List<String> texts, String origin) {
    List<TokenizedSentence> sentences = new ArrayList<>();
    for (String text : texts) {
      Prepared prepared =
          encoder.prepare(new SentenceRequest(text, language, EnumSet.of(View.MONOLINGUAL)));
      switch (prepared) {
        case TokenizedSentence sentence -> sentences.add(sentence);
        case Rejected rejected -> {}
      }
    }
    sentences.sort(Comparator.comparingInt(sentence -> sentence.tokens().length()));
    List<float[]> pooled = new ArrayList<>();
    for (int from = 0; from < sentences.size(); from += SENTENCES_OF_A_CALL) {
      int to = Math.min(sentences.size(), from + SENTENCES_OF_A_CALL);
      pooled.addAll(List.of(encoder.pooled(sentences.subList(from, to))));
    }
    float[] mean = mean(pooled, encoder.dimension());
    List<SelfTest> tests = new ArrayList<>();
    for (int i = 0; i < Math.min(SELF_TESTS, pooled.size()); i++) {
      tests.add(new SelfTest(sentences.get(i).request().text(), centred(pooled.get(i), mean)));
    }
    EncoderDescription description = encoder.description();
    ModuleManifest manifest =
        new ModuleManifest.Language(
            language,
            new ModuleManifest.Common(
                description.backbone(),
                description.layers(),
                description.dimension(),
                description.pooling(),
                Map.of(
                    "method",
                    "center",
                    "origin",
                    origin,
                    "sentences",
                    Integer.toString(sentences.size())),
                Map.of(),
                "Apache-2.0",
                tests),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            PostProcessing.CENTRE);
    try {
      ModuleFiles.write(
          directory,
          manifest,
          Map.of(
              ModuleTensors.MEAN,
              TensorEntry.of(ModuleTensors.MEAN, List.of((long) mean.length), mean)),
          backbone.config(),
          Optional.empty());
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.OUTPUT_FAILED, directory + " cannot be written: " + e.getMessage(), e);
    }
  }

  private static float[] mean(List<float[]> rows, int dimension) {
    double[] sums = new double[dimension];
    for (float[] row : rows) {
      for (int i = 0; i < dimension; i++) {
        sums[i] += row[i];
      }
    }
    float[] mean = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      mean[i] = (float) (sums[i] / Math.max(1, rows.size()));
    }
    return mean;
  }

  /** Centred, of unit length. */
  private static List<Float> centred(float[] row, float[] mean) {
    double squares = 0;
    for (int i = 0; i < row.length; i++) {
      squares += (double) (row[i] - mean[i]) * (row[i] - mean[i]);
    }
    List<Float> unit = new ArrayList<>(row.length);
    for (int i = 0; i < row.length; i++) {
      unit.add((float) ((row[i] - mean[i]) / Math.sqrt(squares)));
    }
    return unit;
  }
}
