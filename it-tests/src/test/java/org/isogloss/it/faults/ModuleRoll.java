package org.isogloss.it.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.encode.EncodeOutcome;
import org.isogloss.encoder.encode.Encoded;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.engine.EncoderOptions;
import org.isogloss.encoder.engine.TorchEncoder;
import org.isogloss.encoder.module.RandomModules;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.encoder.space.View;
import org.isogloss.it.replay.ExpectedVectors;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.registry.CachedModules;
import org.isogloss.registry.ModuleAdministration;
import org.isogloss.schemas.record.Embedding;
import org.isogloss.schemas.record.ModuleVersion;
import org.isogloss.store.DirectoryModuleStore;
import org.isogloss.store.ModuleCache;
import org.isogloss.streams.sample.SampleSentence;

/**
 * One new module after another, and what every text's vector is with each and without any: computed
 * here, with nothing between, before a module goes live. For one thread.
 */
final class ModuleRoll implements ExpectedVectors, AutoCloseable {
  /** Languages of the sample corpus that get modules, in turns. */
  private static final List<String> LANGUAGES = List.of("en", "de", "tr");

  private static final Set<View> VIEW = Set.of(View.CROSS_LINGUAL);
  private static final double SPREAD = 0.05;
  private static final int MICRO_BATCH = 64;
  private static final long CACHE_BYTES = 1L << 28;
  private static final String ACTOR = "faults";
  private static final String NO_MODULE = "none";

  private final Path folder;
  private final long seed;
  private final DirectoryModuleStore store;
  private final CachedModules source;
  private final Backbone backbone;
  private final TorchEncoder encoder;
  private final List<String> texts;

  /** By the module's name, then by text. */
  private final Map<String, Map<String, float[]>> vectors = new HashMap<>();

  private final Map<String, Integer> counted = new TreeMap<>();
  private int published;

  /**
   * @param folder for the store, which {@link #store} names, and for what is made
   */
  ModuleRoll(Path folder, Path model, long seed, List<SampleSentence> sentences) {
    this.folder = folder;
    this.seed = seed;
    this.store = new DirectoryModuleStore(store(folder));
    this.source = new CachedModules(new ModuleCache(store, folder.resolve("judge"), CACHE_BYTES));
    this.texts = sentences.stream().map(SampleSentence::text).distinct().toList();
    this.backbone = Backbone.open(model);
    this.encoder =
        TorchEncoder.open(backbone, EncoderOptions.onCpu(WorkerProcess.LAYERS).withThreads(1));
    vectors.put(NO_MODULE, encode(LANGUAGES.getFirst()));
  }

  /** Where workers find modules. */
  static Path store(Path folder) {
    return folder.resolve("store");
  }

  /** Forgets what was counted: {@link #of} counts anew. */
  void beginCounting() {
    counted.clear();
  }

  /** How many vectors were asked for, by the module that they name; "none" without. */
  SortedMap<String, Integer> counted() {
    return Collections.unmodifiableSortedMap(new TreeMap<>(counted));
  }

  /** How many modules went live. */
  int published() {
    return published;
  }

  /** Makes the next module of the next language and activates it. */
  void publishNext(String bootstrapServers) {
    String language = LANGUAGES.get(published % LANGUAGES.size());
    Path directory = folder.resolve("made").resolve(Integer.toString(published));
    try (ModuleAdministration modules =
        new ModuleAdministration(
            KafkaSettings.of(bootstrapServers), ACTOR, InstantSource.system())) {
      RandomModules.writeCentring(
          directory, backbone, WorkerProcess.LAYERS, language, SPREAD, seed + published);
      ModuleReference module = modules.publish(directory, store);
      encoder.serveOrThrow(
          List.of(new ModuleSelection(language, Optional.of(module), Optional.empty())), source);
      vectors.put(module.name(), encode(language));
      modules.activate(List.of(module.name()), false, ACTOR);
      published++;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Optional<float[]> of(Embedding embedding) {
    String module = embedding.getLanguageModule().map(ModuleVersion::getName).orElse(NO_MODULE);
    Map<String, float[]> byText = vectors.get(module);
    if (byText == null) {
      throw new IllegalStateException("nobody published " + module);
    }
    float[] vector = byText.get(embedding.getText());
    if (vector == null) {
      throw new IllegalStateException("nobody sent " + embedding.getText());
    }
    counted.merge(module, 1, Integer::sum);
    return Optional.of(vector);
  }

  @Override
  public void close() {
    encoder.close();
    backbone.close();
  }

  private Map<String, float[]> encode(String language) {
    Map<String, float[]> byText = new HashMap<>();
    for (int from = 0; from < texts.size(); from += MICRO_BATCH) {
      List<TokenizedSentence> sentences = new ArrayList<>();
      for (String text : texts.subList(from, Math.min(texts.size(), from + MICRO_BATCH))) {
        if (encoder.prepare(new SentenceRequest(text, language, VIEW))
            instanceof TokenizedSentence sentence) {
          sentences.add(sentence);
        } else {
          throw new IllegalStateException("cannot be encoded: " + text);
        }
      }
      List<EncodeOutcome> outcomes = encoder.encode(sentences);
      for (int i = 0; i < outcomes.size(); i++) {
        if (!(outcomes.get(i) instanceof Encoded encoded)) {
          throw new IllegalStateException("cannot be encoded: " + sentences.get(i));
        }
        byText.put(sentences.get(i).request().text(), encoded.vector(View.CROSS_LINGUAL).values());
      }
    }
    return byText;
  }
}
