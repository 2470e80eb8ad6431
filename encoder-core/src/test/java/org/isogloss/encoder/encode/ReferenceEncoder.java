package org.isogloss.encoder.encode;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.module.AdapterShape;
import org.isogloss.encoder.module.LinearTarget;
import org.isogloss.encoder.module.LoraShape;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.ModuleTensors;
import org.isogloss.encoder.module.Transliteration;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.encoder.space.Pooling;
import org.isogloss.encoder.space.Provenance;
import org.isogloss.encoder.space.SpaceDefinition;
import org.isogloss.encoder.space.View;
import org.isogloss.encoder.tokenize.SentenceTokenizer;
import org.isogloss.encoder.tokenize.TokenSequence;
import org.isogloss.encoder.tokenize.TokenizerSource;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.jspecify.annotations.Nullable;

/**
 * The composition of design, section 3, written down once more in plain Java: double precision, one
 * sentence at a time, low-rank adaptations merged into the weights. Slow; for small backbones.
 */
public final class ReferenceEncoder implements SentenceEncoder {
  private final Backbone backbone;
  private final int layers;
  private final int hidden;
  private final int heads;
  private final int maxTokens;
  private final SentenceTokenizer tokenizer;
  private final Map<String, double[]> weights = new ConcurrentHashMap<>();
  private final Map<String, Composed> languages = new HashMap<>();

  /** A language's modules; either may be absent. */
  public record Modules(
      ModuleSelection selection, Optional<ModuleFiles> language, Optional<ModuleFiles> alignment) {}

  private record Composed(
      Modules modules,
      Map<String, double[]> merged,
      Optional<SentenceTokenizer> tokenizer,
      Optional<Transliteration> transliteration) {}

  /** The backbone and the modules stay the caller's. */
  public ReferenceEncoder(Backbone backbone, int layers, List<Modules> modules) {
    this.backbone = backbone;
    this.layers = layers;
    this.hidden = backbone.config().hiddenSize();
    this.heads = backbone.config().heads();
    this.maxTokens = Math.min(128, backbone.config().maxTokens());
    this.tokenizer = backbone.openTokenizer();
    for (Modules each : modules) {
      languages.put(each.selection().language(), compose(each));
    }
  }

  @Override
  public int dimension() {
    return hidden;
  }

  @Override
  public EncoderDescription description() {
    return new EncoderDescription(
        backbone.name(), backbone.digest(), layers, Pooling.MEAN, hidden, maxTokens, "cpu", "fp64");
  }

  @Override
  public Prepared prepare(SentenceRequest request) {
    Composed composed = languages.get(request.language());
    SentenceTokenizer own = composed == null ? tokenizer : composed.tokenizer().orElse(tokenizer);
    TokenSequence tokens;
    try {
      String text =
          composed == null
              ? request.text()
              : composed.transliteration().map(t -> t.apply(request.text())).orElse(request.text());
      tokens = own.tokenize(text, maxTokens);
    } catch (IsoglossException e) {
      return new Rejected(e.code(), e.reason());
    }
    return tokens.length() <= 2
        ? new Rejected(ErrorCode.UNTOKENIZABLE, "no token")
        : new TokenizedSentence(request, tokens);
  }

  @Override
  public List<EncodeOutcome> encode(List<TokenizedSentence> microBatch) {
    List<EncodeOutcome> outcomes = new ArrayList<>();
    for (TokenizedSentence sentence : microBatch) {
      List<SentenceVector> vectors = new ArrayList<>();
      for (View view : View.values()) {
        if (sentence.views().contains(view)) {
          double[] vector = encode(sentence, view);
          float[] unit = new float[hidden];
          for (int i = 0; i < hidden; i++) {
            unit[i] = (float) vector[i];
          }
          vectors.add(new SentenceVector(provenance(sentence.language(), view), unit));
        }
      }
      outcomes.add(new Encoded(vectors, sentence.tokens().length(), sentence.tokens().truncated()));
    }
    return outcomes;
  }

  @Override
  public void close() {
    tokenizer.close();
    languages.values().forEach(c -> c.tokenizer().ifPresent(SentenceTokenizer::close));
  }

  private Composed compose(Modules modules) {
    Map<String, double[]> merged = new HashMap<>();
    Optional<SentenceTokenizer> own = Optional.empty();
    Optional<Transliteration> transliteration = Optional.empty();
    if (modules.language().isPresent()) {
      ModuleFiles files = modules.language().get();
      ModuleManifest.Language manifest = (ModuleManifest.Language) files.manifest();
      transliteration = manifest.transliteration();
      if (manifest.pieces().isPresent()) {
        merged.put("embeddings.word_embeddings.weight", doubles(files.tensor(ModuleTensors.TABLE)));
        own = files.tokenizer().map(file -> new TokenizerSource.TokenizerJson(file).open());
      }
      for (int layer = 0; layer < layers; layer++) {
        for (LinearTarget target : LinearTarget.values()) {
          String name = "encoder.layer." + layer + "." + target.backboneName() + ".weight";
          double[] w = weight(name).clone();
          add(
              w,
              files,
              ModuleTensors.LANGUAGE_ADAPTATION,
              manifest.languageAdaptation(),
              layer,
              target);
          add(
              w,
              files,
              ModuleTensors.SENTENCE_ENCODING,
              manifest.sentenceEncoding(),
              layer,
              target);
          merged.put(name, w);
        }
      }
    }
    return new Composed(modules, merged, own, transliteration);
  }

  private static void add(
      double[] w,
      ModuleFiles files,
      String stage,
      Optional<LoraShape> shape,
      int layer,
      LinearTarget target) {
    if (shape.isEmpty() || !shape.get().targets().contains(target)) {
      return;
    }
    int rank = shape.get().rank();
    double scale = shape.get().alpha() / rank;
    double[] a = doubles(files.tensor(ModuleTensors.loraA(stage, layer, target)));
    double[] b = doubles(files.tensor(ModuleTensors.loraB(stage, layer, target)));
    int inputs = a.length / rank;
    int outputs = b.length / rank;
    for (int o = 0; o < outputs; o++) {
      for (int i = 0; i < inputs; i++) {
        double sum = 0;
        for (int r = 0; r < rank; r++) {
          sum += b[o * rank + r] * a[r * inputs + i];
        }
        w[o * inputs + i] += scale * sum;
      }
    }
  }

  private double[] encode(TokenizedSentence sentence, View view) {
    Composed composed = languages.get(sentence.language());
    Map<String, double[]> own = composed == null ? Map.of() : composed.merged();
    Optional<ModuleFiles> alignment =
        composed == null || view == View.MONOLINGUAL
            ? Optional.empty()
            : composed.modules().alignment();
    int[] ids = sentence.tokens().toArray();
    int n = ids.length;
    double[][] h = new double[n][];
    double[] words = of(own, "embeddings.word_embeddings.weight");
    double[] positions = weight("embeddings.position_embeddings.weight");
    double[] segments = weight("embeddings.token_type_embeddings.weight");
    for (int t = 0; t < n; t++) {
      h[t] = new double[hidden];
      for (int i = 0; i < hidden; i++) {
        h[t][i] =
            words[ids[t] * hidden + i]
                + positions[(t + backbone.config().positionOffset()) * hidden + i]
                + segments[i];
      }
      h[t] = norm(h[t], "embeddings.LayerNorm");
    }
    for (int layer = 0; layer < layers; layer++) {
      h = layer(h, "encoder.layer." + layer + ".", layer, own, alignment);
    }
    double[] m = new double[hidden];
    for (double[] row : h) {
      for (int i = 0; i < hidden; i++) {
        m[i] += row[i] / n;
      }
    }
    if (composed != null && composed.modules().language().isPresent()) {
      m = postProcess(m, composed.modules().language().get());
    }
    if (alignment.isPresent() && ((ModuleManifest.Alignment) alignment.get().manifest()).affine()) {
      double[] mapped =
          linear(m, doubles(alignment.get().tensor(ModuleTensors.AFFINE_MATRIX)), null);
      double[] offset = doubles(alignment.get().tensor(ModuleTensors.AFFINE_OFFSET));
      for (int i = 0; i < hidden; i++) {
        m[i] = mapped[i] + offset[i];
      }
    }
    double squares = 0;
    for (double v : m) {
      squares += v * v;
    }
    for (int i = 0; i < hidden; i++) {
      m[i] /= Math.sqrt(squares);
    }
    return m;
  }

  private double[] postProcess(double[] m, ModuleFiles files) {
    return switch (((ModuleManifest.Language) files.manifest()).postProcessing()) {
      case NONE -> m;
      case CENTRE -> minus(m, doubles(files.tensor(ModuleTensors.MEAN)));
      case WHITEN ->
          linear(
              minus(m, doubles(files.tensor(ModuleTensors.MEAN))),
              doubles(files.tensor(ModuleTensors.WHITENING)),
              null);
    };
  }

  private double[][] layer(
      double[][] h,
      String prefix,
      int layer,
      Map<String, double[]> own,
      Optional<ModuleFiles> alignment) {
    int n = h.length;
    int size = hidden / heads;
    double[][] q = linear(h, prefix + "attention.self.query", own);
    double[][] k = linear(h, prefix + "attention.self.key", own);
    double[][] v = linear(h, prefix + "attention.self.value", own);
    double[][] context = new double[n][hidden];
    for (int head = 0; head < heads; head++) {
      for (int t = 0; t < n; t++) {
        double[] scores = new double[n];
        double most = Double.NEGATIVE_INFINITY;
        for (int u = 0; u < n; u++) {
          for (int i = head * size; i < (head + 1) * size; i++) {
            scores[u] += q[t][i] * k[u][i];
          }
          scores[u] /= Math.sqrt(size);
          most = Math.max(most, scores[u]);
        }
        double sum = 0;
        for (int u = 0; u < n; u++) {
          scores[u] = Math.exp(scores[u] - most);
          sum += scores[u];
        }
        for (int u = 0; u < n; u++) {
          for (int i = head * size; i < (head + 1) * size; i++) {
            context[t][i] += scores[u] / sum * v[u][i];
          }
        }
      }
    }
    double[][] o = linear(context, prefix + "attention.output.dense", own);
    double[][] result = new double[n][];
    double[][] h1 = new double[n][];
    for (int t = 0; t < n; t++) {
      h1[t] = norm(plus(h[t], o[t]), prefix + "attention.output.LayerNorm");
    }
    double[][] inner = linear(h1, prefix + "intermediate.dense", own);
    for (double[] row : inner) {
      for (int i = 0; i < row.length; i++) {
        row[i] = 0.5 * row[i] * (1 + erf(row[i] / Math.sqrt(2)));
      }
    }
    double[][] f = linear(inner, prefix + "output.dense", own);
    for (int t = 0; t < n; t++) {
      double[] sum = plus(h1[t], f[t]);
      if (alignment.isPresent()) {
        sum = plus(sum, adapter(h1[t], alignment.get(), layer));
      }
      result[t] = norm(sum, prefix + "output.LayerNorm");
    }
    return result;
  }

  private double[] adapter(double[] x, ModuleFiles files, int layer) {
    Optional<AdapterShape> shape = ((ModuleManifest.Alignment) files.manifest()).adapter();
    double[] c = new double[hidden];
    if (shape.isEmpty()) {
      return c;
    }
    double[] inner =
        linear(
            x,
            doubles(files.tensor(ModuleTensors.adapter(layer, "down.weight"))),
            doubles(files.tensor(ModuleTensors.adapter(layer, "down.bias"))));
    for (int i = 0; i < inner.length; i++) {
      inner[i] = Math.max(0, inner[i]);
    }
    double[] up =
        linear(
            inner,
            doubles(files.tensor(ModuleTensors.adapter(layer, "up.weight"))),
            doubles(files.tensor(ModuleTensors.adapter(layer, "up.bias"))));
    for (int i = 0; i < hidden; i++) {
      c[i] = shape.get().scale() * up[i];
    }
    return c;
  }

  private double[][] linear(double[][] x, String name, Map<String, double[]> own) {
    double[] w = of(own, name + ".weight");
    double[] b = weight(name + ".bias");
    double[][] y = new double[x.length][];
    for (int t = 0; t < x.length; t++) {
      y[t] = linear(x[t], w, b);
    }
    return y;
  }

  private static double[] linear(double[] x, double[] w, double @Nullable [] b) {
    int outputs = w.length / x.length;
    double[] y = new double[outputs];
    for (int o = 0; o < outputs; o++) {
      double sum = b == null ? 0 : b[o];
      for (int i = 0; i < x.length; i++) {
        sum += w[o * x.length + i] * x[i];
      }
      y[o] = sum;
    }
    return y;
  }

  private double[] norm(double[] x, String name) {
    double mean = 0;
    for (double v : x) {
      mean += v / x.length;
    }
    double variance = 0;
    for (double v : x) {
      variance += (v - mean) * (v - mean) / x.length;
    }
    double[] g = weight(name + ".weight");
    double[] b = weight(name + ".bias");
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] =
          (x[i] - mean) / Math.sqrt(variance + backbone.config().layerNormEpsilon()) * g[i] + b[i];
    }
    return y;
  }

  /** The error function: its series near zero, 1 minus the continued fraction of erfc beyond. */
  static double erf(double x) {
    double z = Math.abs(x);
    double value;
    if (z < 3) {
      double term = z;
      value = z;
      for (int i = 1; i < 80; i++) {
        term *= -z * z / i;
        value += term / (2 * i + 1);
      }
      value *= 2 / Math.sqrt(Math.PI);
    } else {
      double fraction = z;
      for (int i = 60; i > 0; i--) {
        fraction = z + i / 2.0 / fraction;
      }
      value = 1 - Math.exp(-z * z) / Math.sqrt(Math.PI) / fraction;
    }
    return Math.copySign(value, x);
  }

  private static double[] plus(double[] x, double[] y) {
    double[] sum = x.clone();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += y[i];
    }
    return sum;
  }

  private static double[] minus(double[] x, double[] y) {
    double[] difference = x.clone();
    for (int i = 0; i < difference.length; i++) {
      difference[i] -= y[i];
    }
    return difference;
  }

  private double[] of(Map<String, double[]> own, String name) {
    return Optional.ofNullable(own.get(name)).orElseGet(() -> weight(name));
  }

  private double[] weight(String name) {
    return weights.computeIfAbsent(name, n -> doubles(backbone.tensor(n)));
  }

  private static double[] doubles(TensorEntry tensor) {
    float[] floats = tensor.toFloats();
    double[] doubles = new double[floats.length];
    for (int i = 0; i < floats.length; i++) {
      doubles[i] = floats[i];
    }
    return doubles;
  }

  private Provenance provenance(String language, View view) {
    ModuleSelection selection =
        Optional.ofNullable(languages.get(language))
            .map(c -> c.modules().selection())
            .orElse(ModuleSelection.none(language));
    Optional<Digest> pivot =
        Optional.ofNullable(languages.get(ModuleManifest.PIVOT))
            .flatMap(c -> c.modules().selection().languageModule())
            .map(ModuleReference::digest);
    Optional<Digest> deciding =
        view == View.CROSS_LINGUAL
            ? pivot
            : selection.languageModule().map(ModuleReference::digest);
    return new Provenance(
        view,
        new SpaceDefinition(
                backbone.digest(), layers, Pooling.MEAN, true, hidden, "", view, deciding)
            .id(),
        backbone.digest(),
        layers,
        selection.languageModule(),
        view == View.CROSS_LINGUAL ? selection.alignmentModule() : Optional.empty());
  }
}
