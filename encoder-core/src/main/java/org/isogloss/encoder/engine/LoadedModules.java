package org.isogloss.encoder.engine;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.module.LinearTarget;
import org.isogloss.encoder.module.LoraShape;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.ModuleTensors;
import org.isogloss.encoder.space.View;

/**
 * The modules of one language as native tensors, in the shape that the program wants. Language
 * adaptation and sentence encoding are joined along the rank: {@code [A_la; A_se]} and {@code
 * [s·B_la, s·B_se]}, which is their sum. A low-rank pair whose B is zero, or an adapter whose U and
 * u are, is left out, so it changes no bit.
 *
 * <p>For a float32 encoder on a CPU an embedding table in float32 or float16 stays mapped from its
 * file. Owns the opened files and every tensor; {@link #release} by the last user closes them.
 */
final class LoadedModules implements ComposedModules<IValue> {
  private static final float[] NOTHING = {};

  private final List<AutoCloseable> owned;
  private final ReferenceCount references = new ReferenceCount(this::closeAll);
  private final IValue language;
  private final boolean ownTable;
  private final boolean lowRank;
  private final Optional<IValue> adapter;
  private final Optional<IValue> monolingualFinish;
  private final Optional<IValue> crossLingualFinish;
  private final long bytes;

  private LoadedModules(
      List<AutoCloseable> owned,
      IValue language,
      boolean ownTable,
      boolean lowRank,
      Optional<IValue> adapter,
      Optional<IValue> monolingualFinish,
      Optional<IValue> crossLingualFinish,
      long bytes) {
    this.owned = owned;
    this.language = language;
    this.ownTable = ownTable;
    this.lowRank = lowRank;
    this.adapter = adapter;
    this.monolingualFinish = monolingualFinish;
    this.crossLingualFinish = crossLingualFinish;
    this.bytes = bytes;
  }

  /**
   * Loads opened modules, which belong to the result from then on, whether loading succeeds or not.
   */
  static LoadedModules load(
      BackboneRuntime runtime, Optional<ModuleFiles> language, Optional<ModuleFiles> alignment) {
    List<AutoCloseable> owned = new ArrayList<>();
    language.ifPresent(owned::add);
    alignment.ifPresent(owned::add);
    try {
      return new Loading(runtime, owned).load(language, alignment);
    } catch (RuntimeException | Error e) {
      BackboneRuntime.closeAll(owned);
      throw e;
    }
  }

  /** The list for the program: the table or an empty tensor, then perhaps the low-rank pairs. */
  @Override
  public IValue language() {
    return language;
  }

  @Override
  public boolean actsOnTokens() {
    return ownTable || lowRank;
  }

  @Override
  public Optional<IValue> adapter() {
    return adapter;
  }

  @Override
  public Optional<IValue> finish(View view) {
    return switch (view) {
      case MONOLINGUAL -> monolingualFinish;
      case CROSS_LINGUAL -> crossLingualFinish;
    };
  }

  /** What is in memory, mapped tables included. */
  long bytes() {
    return bytes;
  }

  boolean tryAcquire() {
    return references.tryAcquire();
  }

  void release() {
    references.release();
  }

  private void closeAll() {
    BackboneRuntime.closeAll(owned);
  }

  /** One loading. */
  private static final class Loading {
    private final BackboneRuntime runtime;
    private final List<AutoCloseable> owned;
    private final NDManager raw;
    private final Arena widened;
    private long bytes;

    Loading(BackboneRuntime runtime, List<AutoCloseable> owned) {
      this.runtime = runtime;
      this.owned = owned;
      this.widened = Arena.ofShared();
      owned.add(widened::close);
      this.raw = runtime.newManager();
      owned.add(raw);
    }

    LoadedModules load(Optional<ModuleFiles> language, Optional<ModuleFiles> alignment) {
      List<PtNDArray> tokens = new ArrayList<>();
      Optional<TensorEntry> table =
          language
              .filter(files -> manifest(files).pieces().isPresent())
              .map(files -> files.tensor(ModuleTensors.TABLE));
      tokens.add(table.map(this::mapped).orElseGet(this::empty));
      boolean lowRank = language.isPresent() && addLowRank(language.get(), tokens);
      IValue languageList = program("load_language", tokens);
      Optional<IValue> adapter = alignment.flatMap(this::adapter);
      List<PtNDArray> post = List.of(empty(), empty());
      if (language.isPresent()) {
        post =
            switch (manifest(language.get()).postProcessing()) {
              case NONE -> post;
              case CENTRE -> List.of(copy(language.get(), ModuleTensors.MEAN), empty());
              case WHITEN ->
                  List.of(
                      copy(language.get(), ModuleTensors.MEAN),
                      copy(language.get(), ModuleTensors.WHITENING));
            };
      }
      boolean processed = post.getFirst().size() > 0;
      Optional<IValue> monolingual =
          processed
              ? Optional.of(
                  program(
                      "load_finish", List.of(post.getFirst(), post.getLast(), empty(), empty())))
              : Optional.empty();
      Optional<IValue> crossLingual = monolingual;
      if (alignment.isPresent()
          && alignment.get().manifest() instanceof ModuleManifest.Alignment aligned
          && aligned.affine()) {
        crossLingual =
            Optional.of(
                program(
                    "load_finish",
                    List.of(
                        post.getFirst(),
                        post.getLast(),
                        copy(alignment.get(), ModuleTensors.AFFINE_MATRIX),
                        copy(alignment.get(), ModuleTensors.AFFINE_OFFSET))));
      }
      return new LoadedModules(
          owned,
          languageList,
          table.isPresent(),
          lowRank,
          adapter,
          monolingual,
          crossLingual,
          bytes);
    }

    private static ModuleManifest.Language manifest(ModuleFiles files) {
      if (files.manifest() instanceof ModuleManifest.Language language) {
        return language;
      }
      throw new IllegalArgumentException("no language module: " + files.manifest().kind());
    }

    /** Adds A and B of every target of every layer, unless all are zero. */
    private boolean addLowRank(ModuleFiles files, List<PtNDArray> tokens) {
      ModuleManifest.Language manifest = manifest(files);
      List<PtNDArray> pairs = new ArrayList<>();
      boolean any = false;
      for (int layer = 0; layer < manifest.common().layers(); layer++) {
        List<Joined> joined = new ArrayList<>();
        for (LinearTarget target : LinearTarget.values()) {
          List<LowRank> parts = new ArrayList<>();
          addPart(
              files,
              ModuleTensors.LANGUAGE_ADAPTATION,
              manifest.languageAdaptation(),
              layer,
              target,
              parts);
          addPart(
              files,
              ModuleTensors.SENTENCE_ENCODING,
              manifest.sentenceEncoding(),
              layer,
              target,
              parts);
          any |= !parts.isEmpty();
          joined.add(join(parts, target));
        }
        add(joined, pairs);
      }
      if (any) {
        tokens.addAll(pairs);
      }
      return any;
    }

    /** In the program's order: query, key and value read the same rows, so their A are one. */
    private void add(List<Joined> joined, List<PtNDArray> pairs) {
      List<Joined> three = joined.subList(0, LinearTarget.VALUE.ordinal() + 1);
      int ranks = three.stream().mapToInt(Joined::ranks).sum();
      if (ranks == 0) {
        pairs.add(empty());
      } else {
        int inputs = runtime.hiddenSize();
        float[] a = new float[ranks * inputs];
        int at = 0;
        for (Joined each : three) {
          System.arraycopy(each.a(), 0, a, at, each.a().length);
          at += each.a().length;
        }
        pairs.add(tensor(a, ranks, inputs));
      }
      three.forEach(each -> pairs.add(each.up(this)));
      for (Joined each : joined.subList(three.size(), joined.size())) {
        pairs.add(
            each.ranks() == 0
                ? empty()
                : tensor(each.a(), each.ranks(), each.a().length / each.ranks()));
        pairs.add(each.up(this));
      }
    }

    private static void addPart(
        ModuleFiles files,
        String stage,
        Optional<LoraShape> shape,
        int layer,
        LinearTarget target,
        List<LowRank> parts) {
      if (shape.isEmpty() || !shape.get().targets().contains(target)) {
        return;
      }
      float[] b = files.tensor(ModuleTensors.loraB(stage, layer, target)).toFloats();
      if (!isZero(b)) {
        parts.add(
            new LowRank(
                files.tensor(ModuleTensors.loraA(stage, layer, target)).toFloats(),
                b,
                shape.get().rank(),
                shape.get().scale()));
      }
    }

    /** Both stages as one pair of matrices. */
    private Joined join(List<LowRank> parts, LinearTarget target) {
      if (parts.isEmpty()) {
        return new Joined(NOTHING, NOTHING, 0);
      }
      int ranks = parts.stream().mapToInt(LowRank::rank).sum();
      int inputs = parts.getFirst().a().length / parts.getFirst().rank();
      int outputs = parts.getFirst().b().length / parts.getFirst().rank();
      // The program's queries carry 1/sqrt(head size); what is added to them must too.
      double queryScale = target == LinearTarget.QUERY ? runtime.queryScale() : 1;
      float[] a = new float[ranks * inputs];
      float[] b = new float[outputs * ranks];
      int from = 0;
      for (LowRank part : parts) {
        System.arraycopy(part.a(), 0, a, from * inputs, part.a().length);
        for (int out = 0; out < outputs; out++) {
          for (int r = 0; r < part.rank(); r++) {
            b[out * ranks + from + r] =
                (float) (part.b()[out * part.rank() + r] * part.scale() * queryScale);
          }
        }
        from += part.rank();
      }
      return new Joined(a, b, ranks);
    }

    private Optional<IValue> adapter(ModuleFiles files) {
      if (!(files.manifest() instanceof ModuleManifest.Alignment manifest)) {
        throw new IllegalArgumentException("no alignment module: " + files.manifest().kind());
      }
      if (manifest.adapter().isEmpty()) {
        return Optional.empty();
      }
      int bottleneck = manifest.adapter().get().bottleneck();
      double scale = manifest.adapter().get().scale();
      int hidden = runtime.hiddenSize();
      List<PtNDArray> tensors = new ArrayList<>();
      boolean any = false;
      for (int layer = 0; layer < manifest.common().layers(); layer++) {
        float[] up = scaled(files.tensor(ModuleTensors.adapter(layer, "up.weight")), scale);
        float[] upBias = scaled(files.tensor(ModuleTensors.adapter(layer, "up.bias")), scale);
        any |= !isZero(up) || !isZero(upBias);
        tensors.add(
            tensor(
                files.tensor(ModuleTensors.adapter(layer, "down.weight")).toFloats(),
                bottleneck,
                hidden));
        tensors.add(
            tensor(files.tensor(ModuleTensors.adapter(layer, "down.bias")).toFloats(), bottleneck));
        tensors.add(tensor(up, hidden, bottleneck));
        tensors.add(tensor(upBias, hidden));
      }
      return any ? Optional.of(program("load_adapter", tensors)) : Optional.empty();
    }

    private static float[] scaled(TensorEntry tensor, double scale) {
      float[] values = tensor.toFloats();
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (values[i] * scale);
      }
      return values;
    }

    private static boolean isZero(float[] values) {
      for (float value : values) {
        if (value != 0) {
          return false;
        }
      }
      return true;
    }

    private PtNDArray mapped(TensorEntry table) {
      EncoderOptions options = runtime.options();
      // Anything else is brought to the device and its precision by way of float32.
      boolean asInFile = options.device().isCpu() && options.precision() == Precision.FP32;
      PtNDArray mapped =
          asInFile
              ? LoadedBackbone.mappedOrHalf(raw, widened, table)
              : LoadedBackbone.mapped(raw, widened, table);
      bytes += table.elements() * mapped.getDataType().getNumOfBytes();
      return mapped;
    }

    private PtNDArray copy(ModuleFiles files, String name) {
      TensorEntry entry = files.tensor(name);
      return tensor(entry.toFloats(), entry.dimensions());
    }

    private PtNDArray tensor(float[] values, long... shape) {
      bytes += (long) values.length * Float.BYTES;
      return (PtNDArray) raw.create(values, new Shape(shape));
    }

    private PtNDArray empty() {
      return (PtNDArray) raw.create(NOTHING, new Shape(0));
    }

    private IValue program(String method, List<PtNDArray> tensors) {
      IValue loaded = runtime.loadTensors(method, tensors);
      owned.add(loaded);
      return loaded;
    }
  }

  /**
   * One low-rank pair.
   *
   * @param a {@code [rank][inputs]}
   * @param b {@code [outputs][rank]}
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record LowRank(float[] a, float[] b, int rank, double scale) {}

  /**
   * The low-rank pairs of one matrix, joined along the rank; of rank 0 if there is none.
   *
   * @param a {@code [ranks][inputs]}
   * @param b {@code [outputs][ranks]}
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Joined(float[] a, float[] b, int ranks) {
    PtNDArray up(Loading loading) {
      return ranks == 0 ? loading.empty() : loading.tensor(b, b.length / ranks, ranks);
    }
  }
}
