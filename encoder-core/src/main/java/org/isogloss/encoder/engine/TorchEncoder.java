package org.isogloss.encoder.engine;

import ai.djl.pytorch.jni.IValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.encode.EncodeOutcome;
import org.isogloss.encoder.encode.Encoded;
import org.isogloss.encoder.encode.EncoderDescription;
import org.isogloss.encoder.encode.ModularEncoder;
import org.isogloss.encoder.encode.ModuleSource;
import org.isogloss.encoder.encode.Prepared;
import org.isogloss.encoder.encode.Rejected;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.SentenceVector;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.SelfTest;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.encoder.space.Provenance;
import org.isogloss.encoder.space.View;
import org.isogloss.encoder.tokenize.SentenceTokenizer;
import org.isogloss.encoder.tokenize.TokenSequence;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.jspecify.annotations.Nullable;

/**
 * The encoder on libtorch: a micro-batch of any languages in both views is one native call of
 * {@link EncoderProgram}; on a CPU with several threads a large one is cut into one for each, side
 * by side. Runs packed: there is no padding outside attention, and on a CPU none inside it.
 * Cheapest are micro-batches of sentences of few different lengths.
 *
 * <p>An encoder can have several {@link #route}s: each has its own modules, all share the backbone
 * and the bound on module memory.
 *
 * <p>Safe for several threads, closing included; each thread that encodes keeps a small buffer.
 */
public final class TorchEncoder implements ModularEncoder {
  /** Of one character of a prefix, where a tokenizer falls back to bytes. */
  private static final int MOST_TOKENS = 3;

  /** Opening and closing token. */
  private static final int SPECIAL_TOKENS = 2;

  /** How far a self-test's vector may be off, in any component of a unit vector. */
  private static final float SELF_TEST_TOLERANCE = 1e-3f;

  private static final float SELF_TEST_TOLERANCE_OF_HALF_PRECISION = 2e-2f;

  /** Digits and a point: every vocabulary has them. */
  private static final String PROBE = "2 + 2 = 4.";

  private final BackboneRuntime runtime;
  private final boolean ownsRuntime;
  private final AtomicReference<@Nullable ModuleTable> table;
  private final Object exchanging = new Object();

  private TorchEncoder(BackboneRuntime runtime, boolean ownsRuntime) {
    this.runtime = runtime;
    this.ownsRuntime = ownsRuntime;
    this.table = new AtomicReference<>(new ModuleTable(runtime.description(), Map.of()));
  }

  /**
   * Loads a backbone, which stays the caller's and must outlive the encoder.
   *
   * @throws IsoglossException BAD_OPTION if it has fewer layers; NO_SUCH_DEVICE;
   *     ENGINE_UNAVAILABLE; BAD_TOKENIZER
   */
  public static TorchEncoder open(Backbone backbone, EncoderOptions options) {
    return new TorchEncoder(BackboneRuntime.open(backbone, options), true);
  }

  /**
   * Another encoder over the same backbone with modules of its own, none at first. Close it before
   * this one.
   */
  public TorchEncoder route() {
    return new TorchEncoder(runtime, false);
  }

  @Override
  public int dimension() {
    return description().dimension();
  }

  @Override
  public EncoderDescription description() {
    return runtime.description();
  }

  @Override
  public List<ModuleSelection> serving() {
    ModuleTable current = acquire();
    try {
      return current.selections();
    } finally {
      release(current);
    }
  }

  @Override
  public Exchange serve(List<ModuleSelection> selections, ModuleSource modules) {
    synchronized (exchanging) {
      ModuleTable current = acquire();
      Map<String, ServedLanguage> next = new HashMap<>();
      try {
        Set<String> changed = new HashSet<>();
        for (ModuleSelection selection : selections) {
          if (next.containsKey(selection.language())) {
            throw new IllegalArgumentException("two selections for " + selection.language());
          }
          if (selection.equals(ModuleSelection.none(selection.language()))) {
            continue;
          }
          ServedLanguage known = current.served(selection.language());
          if (known != null && known.selection().equals(selection) && known.tryAcquire()) {
            next.put(selection.language(), known);
          } else {
            next.put(selection.language(), ServedLanguage.open(runtime, selection, modules));
            changed.add(selection.language());
          }
        }
        ModuleTable candidate = new ModuleTable(description(), next);
        checkBindings(candidate, next);
        for (String language : changed) {
          selfTest(candidate, Objects.requireNonNull(next.get(language)));
        }
        publish(candidate);
        return new Exchanged();
      } catch (ServedLanguage.ModuleFault fault) {
        next.values().forEach(ServedLanguage::release);
        return new Refused(fault.module(), fault.code(), fault.reason());
      } catch (RuntimeException | Error e) {
        next.values().forEach(ServedLanguage::release);
        throw e;
      } finally {
        release(current);
      }
    }
  }

  @Override
  public Prepared prepare(SentenceRequest request) {
    ModuleTable current = acquire();
    try {
      return prepare(request, current);
    } finally {
      release(current);
    }
  }

  @Override
  public List<EncodeOutcome> encode(List<TokenizedSentence> microBatch) {
    ModuleTable current = acquire();
    try {
      return encode(microBatch, current);
    } finally {
      release(current);
    }
  }

  /**
   * The vectors before they are brought to unit length, in the monolingual view: p = P (m − μ) of
   * the language modules that serve, m for a language without. What closed forms are estimated
   * from.
   *
   * @param microBatch prepared by this encoder while it served what it serves now
   * @return {@code [sentences][dimension]}, whatever the model gives, finite or not
   * @throws IllegalArgumentException if a sentence was tokenised for other modules
   */
  public float[][] pooled(List<TokenizedSentence> microBatch) {
    if (microBatch.isEmpty()) {
      return new float[0][];
    }
    ModuleTable current = acquire();
    Map<ServedLanguage, LoadedModules> used = new IdentityHashMap<>();
    try {
      List<BatchPlan.Item<IValue>> items = new ArrayList<>(microBatch.size());
      for (TokenizedSentence sentence : microBatch) {
        ServedLanguage served = current.served(sentence.language());
        if (!sentence
            .tokenizer()
            .equals(served == null ? Optional.empty() : served.tokenizerDigest())) {
          throw new IllegalArgumentException("tokenised for other modules of this language");
        }
        items.add(new BatchPlan.Item<>(sentence.tokens(), true, false, modules(served, used)));
      }
      PooledRows rows = runtime.run(items);
      float[][] pooled = new float[items.size()][];
      for (int i = 0; i < pooled.length; i++) {
        PooledRows.Row row = rows.of(i, View.MONOLINGUAL);
        pooled[i] = Arrays.copyOfRange(row.values(), row.from(), row.from() + dimension());
      }
      return pooled;
    } finally {
      used.values().forEach(LoadedModules::release);
      release(current);
    }
  }

  /**
   * What the language's modules make of the bare backbone's pooled vectors, as {@link #pooled}
   * gives them on a route without modules.
   *
   * @return empty if its modules act on tokens or layers too, so that only {@link #encode} will do
   */
  public Optional<AfterPooling> afterPooling(String language) {
    ModuleTable current = acquire();
    try {
      Map<View, Provenance> provenance = new EnumMap<>(View.class);
      for (View view : View.values()) {
        provenance.put(view, current.provenance(language, view));
      }
      ServedLanguage served = current.served(language);
      return served == null
          ? Optional.of(AfterPooling.nothing(provenance))
          : served.afterPooling(provenance);
    } finally {
      release(current);
    }
  }

  /** Waits for calls under way; those that come later throw an {@link IllegalStateException}. */
  @Override
  public void close() {
    ModuleTable last = table.getAndSet(null);
    if (last != null) {
      last.release();
      if (ownsRuntime) {
        runtime.close();
      }
    }
  }

  /**
   * What the dense layers ran over since the backbone was loaded, over all routes.
   *
   * @param tokens of sentences; one with two rows counts twice
   * @param rows tokens and filling. On a GPU attention pads besides
   */
  public record ComputedRows(long tokens, long rows) {}

  /** What has been computed so far. */
  public ComputedRows computedRows() {
    return new ComputedRows(runtime.computedTokens(), runtime.computedRows());
  }

  /** Micro-batches so far, over all routes. */
  long microBatches() {
    return runtime.microBatches();
  }

  /** Native calls so far, over all routes: more than micro-batches where these are cut. */
  long nativeCalls() {
    return runtime.nativeCalls();
  }

  /** Tensors and managers held at this moment, for the leak test. */
  int liveTensors() {
    return runtime.liveTensors();
  }

  /** How often modules had to leave memory, over all routes. */
  long moduleEvictions() {
    return runtime.moduleMemory().evictions();
  }

  /** Begins a call: what serves now, which {@link #release} lets go. */
  private ModuleTable acquire() {
    runtime.enter();
    while (true) {
      ModuleTable current = table.get();
      if (current == null) {
        runtime.leave();
        throw new IllegalStateException("the encoder is closed");
      }
      if (current.tryAcquire()) {
        return current;
      }
    }
  }

  private void release(ModuleTable held) {
    try {
      held.release();
    } finally {
      runtime.leave();
    }
  }

  private void publish(ModuleTable next) {
    ModuleTable before = table.get();
    if (before == null || !table.compareAndSet(before, next)) {
      throw new IllegalStateException("the encoder is closed");
    }
    before.release();
  }

  /** An alignment serves only beside the language module and the pivot it was made for. */
  private static void checkBindings(ModuleTable candidate, Map<String, ServedLanguage> next)
      throws ServedLanguage.ModuleFault {
    for (ServedLanguage served : next.values()) {
      if (served.alignment().isEmpty()) {
        continue;
      }
      ModuleManifest.Alignment manifest = served.alignment().get();
      ModuleReference alignment = served.selection().alignmentModule().orElseThrow();
      Optional<Digest> language = served.selection().languageModule().map(ModuleReference::digest);
      if (!manifest.languageModule().equals(language)) {
        throw misfit(alignment, "language module", manifest.languageModule(), language);
      }
      if (!manifest.pivot().equals(candidate.pivot())) {
        throw misfit(alignment, "pivot", manifest.pivot(), candidate.pivot());
      }
    }
  }

  private static ServedLanguage.ModuleFault misfit(
      ModuleReference alignment, String what, Optional<Digest> wanted, Optional<Digest> found) {
    return new ServedLanguage.ModuleFault(
        alignment,
        ErrorCode.MODULE_MISFIT,
        "it was made for the %s %s, not %s"
            .formatted(
                what,
                wanted.map(Digest::abbreviated).orElse("none"),
                found.map(Digest::abbreviated).orElse("none")));
  }

  private void selfTest(ModuleTable candidate, ServedLanguage served)
      throws ServedLanguage.ModuleFault {
    if (served.language().isPresent()) {
      selfTest(
          candidate,
          served.selection().languageModule().orElseThrow(),
          View.MONOLINGUAL,
          served.language().get().common().selfTests());
    }
    if (served.alignment().isPresent()) {
      selfTest(
          candidate,
          served.selection().alignmentModule().orElseThrow(),
          View.CROSS_LINGUAL,
          served.alignment().get().common().selfTests());
    }
  }

  private void selfTest(
      ModuleTable candidate, ModuleReference module, View view, List<SelfTest> tests)
      throws ServedLanguage.ModuleFault {
    float tolerance =
        runtime.options().precision() == Precision.FP32
            ? SELF_TEST_TOLERANCE
            : SELF_TEST_TOLERANCE_OF_HALF_PRECISION;
    probe(candidate, module, view);
    for (SelfTest test : tests) {
      SentenceRequest request = new SentenceRequest(test.text(), module.language(), Set.of(view));
      EncodeOutcome outcome = outcome(candidate, module, request);
      String text = test.text().substring(0, Math.min(40, test.text().length()));
      switch (outcome) {
        case Rejected rejected ->
            throw new ServedLanguage.ModuleFault(
                module,
                ErrorCode.BAD_MODULE,
                "its self-test \"%s\" has no vector: %s".formatted(text, rejected.message()));
        case Encoded encoded -> {
          float[] vector = encoded.vector(view).values();
          for (int i = 0; i < vector.length; i++) {
            if (!(Math.abs(vector[i] - test.vector().get(i)) <= tolerance)) {
              throw new ServedLanguage.ModuleFault(
                  module,
                  ErrorCode.BAD_MODULE,
                  "its self-test \"%s\" gives another vector: component %d is %s, not %s"
                      .formatted(text, i, vector[i], test.vector().get(i)));
            }
          }
        }
      }
    }
  }

  /** Weights may be finite and what they give not: a sentence must come through in any case. */
  private void probe(ModuleTable candidate, ModuleReference module, View view)
      throws ServedLanguage.ModuleFault {
    SentenceRequest request = new SentenceRequest(PROBE, module.language(), Set.of(view));
    switch (outcome(candidate, module, request)) {
      case Encoded encoded -> {}
      case Rejected rejected -> {
        if (rejected.code() != ErrorCode.UNTOKENIZABLE) {
          throw new ServedLanguage.ModuleFault(
              module,
              ErrorCode.BAD_MODULE,
              "with it no sentence has a vector: " + rejected.message());
        }
      }
    }
  }

  private EncodeOutcome outcome(
      ModuleTable candidate, ModuleReference module, SentenceRequest request)
      throws ServedLanguage.ModuleFault {
    try {
      return switch (prepare(request, candidate)) {
        case Rejected rejected -> rejected;
        case TokenizedSentence sentence -> encode(List.of(sentence), candidate).getFirst();
      };
    } catch (IsoglossException e) {
      // With modules on trial, that encoding fails is the module's fault, unless memory is short.
      throw new ServedLanguage.ModuleFault(
          module,
          e.code() == ErrorCode.ENGINE_UNAVAILABLE ? e.code() : ErrorCode.BAD_MODULE,
          "its self-test cannot be encoded: " + e.reason());
    }
  }

  private Prepared prepare(SentenceRequest request, ModuleTable current) {
    ServedLanguage served = current.served(request.language());
    SentenceTokenizer tokenizer = runtime.tokenizer();
    Optional<Digest> madeBy = Optional.empty();
    String text = request.text();
    if (served != null) {
      tokenizer = served.ownTokenizer().orElse(tokenizer);
      madeBy = served.tokenizerDigest();
      if (served.transliteration().isPresent()) {
        text = served.transliteration().get().apply(text);
      }
    }
    TokenSequence tokens;
    try {
      tokens = tokenize(tokenizer, text);
    } catch (IsoglossException e) {
      return new Rejected(e.code(), e.reason());
    } catch (RuntimeException e) {
      return new Rejected(
          ErrorCode.UNTOKENIZABLE, "the tokenizer fails: " + BackboneRuntime.lastLine(e));
    }
    if (tokens.length() <= SPECIAL_TOKENS) {
      return new Rejected(ErrorCode.UNTOKENIZABLE, "the tokenizer finds no token in the text");
    }
    return new TokenizedSentence(request, tokens, madeBy);
  }

  /**
   * With the prefix that the backbone wants; of a text in which it finds nothing, the bare text.
   */
  private TokenSequence tokenize(SentenceTokenizer tokenizer, String text) {
    String prefix = runtime.backbone().recipe().textPrefix();
    int longest = description().maxTokens();
    TokenSequence tokens = tokenizer.tokenize(prefix + text, longest);
    // A prefix has no more tokens than bytes: only what is shorter can be the prefix alone.
    if (!prefix.isEmpty() && tokens.length() <= prefix.length() * MOST_TOKENS + SPECIAL_TOKENS) {
      TokenSequence bare = tokenizer.tokenize(text, longest);
      return bare.length() <= SPECIAL_TOKENS ? bare : tokens;
    }
    return tokens;
  }

  private List<EncodeOutcome> encode(List<TokenizedSentence> microBatch, ModuleTable current) {
    if (microBatch.isEmpty()) {
      return List.of();
    }
    Map<ServedLanguage, LoadedModules> used = new IdentityHashMap<>();
    try {
      EncodeOutcome[] outcomes = new EncodeOutcome[microBatch.size()];
      List<TokenizedSentence> sentences = new ArrayList<>(microBatch.size());
      List<BatchPlan.Item<IValue>> items = new ArrayList<>(microBatch.size());
      int[] place = new int[microBatch.size()];
      for (int i = 0; i < microBatch.size(); i++) {
        switch (current(microBatch.get(i), current)) {
          case Rejected rejected -> outcomes[i] = rejected;
          case TokenizedSentence sentence -> {
            place[items.size()] = i;
            sentences.add(sentence);
            items.add(
                new BatchPlan.Item<>(
                    sentence.tokens(),
                    sentence.views().contains(View.MONOLINGUAL),
                    sentence.views().contains(View.CROSS_LINGUAL),
                    modules(current.served(sentence.language()), used)));
          }
        }
      }
      if (!items.isEmpty()) {
        PooledRows pooled = runtime.run(items);
        for (int i = 0; i < items.size(); i++) {
          outcomes[place[i]] = outcome(sentences.get(i), i, pooled, current);
        }
      }
      return List.of(outcomes);
    } finally {
      used.values().forEach(LoadedModules::release);
    }
  }

  /** The sentence as the tokenizer that serves now cuts it. */
  private Prepared current(TokenizedSentence sentence, ModuleTable current) {
    ServedLanguage served = current.served(sentence.language());
    Optional<Digest> tokenizer = served == null ? Optional.empty() : served.tokenizerDigest();
    return tokenizer.equals(sentence.tokenizer()) ? sentence : prepare(sentence.request(), current);
  }

  private static @Nullable LoadedModules modules(
      @Nullable ServedLanguage served, Map<ServedLanguage, LoadedModules> used) {
    if (served == null) {
      return null;
    }
    LoadedModules modules = used.get(served);
    if (modules == null) {
      modules = served.acquireModules();
      used.put(served, modules);
    }
    return modules;
  }

  private EncodeOutcome outcome(
      TokenizedSentence sentence, int item, PooledRows pooled, ModuleTable current) {
    int dimension = dimension();
    List<SentenceVector> vectors = new ArrayList<>(sentence.views().size());
    PooledRows.Row unitOf = null;
    float[] unit = new float[0];
    for (View view : View.values()) {
      if (!sentence.views().contains(view)) {
        continue;
      }
      PooledRows.Row row = pooled.of(item, view);
      if (!row.equals(unitOf)) {
        unit = new float[dimension];
        unitOf = row;
        if (!UnitLength.normalise(row.values(), row.from(), unit)) {
          return new Rejected(
              ErrorCode.DEGENERATE_VECTOR, "the vector is zero, infinite or not a number");
        }
      }
      vectors.add(new SentenceVector(current.provenance(sentence.language(), view), unit));
    }
    return new Encoded(vectors, sentence.tokens().length(), sentence.tokens().truncated());
  }
}
