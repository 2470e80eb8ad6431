package org.isogloss.encoder.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.isogloss.encoder.encode.EncodeOutcome;
import org.isogloss.encoder.encode.Encoded;
import org.isogloss.encoder.encode.ModularEncoder;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.SentenceVector;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.module.LinearTarget;
import org.isogloss.encoder.module.PostProcessing;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.encoder.space.Provenance;
import org.isogloss.encoder.space.SpaceId;
import org.isogloss.encoder.space.View;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** Modules are exchanged while three threads encode: no mix-up, nothing left behind. */
@TestInstance(Lifecycle.PER_CLASS)
class ModuleSwapTest {
  private static final long SEED = Long.getLong("isogloss.seed", 20261124L);
  private static final int THREADS = 3;
  private static final int THIRDS = 3;
  private static final int VERSIONS = 3;
  private static final int MICRO_BATCH = 7;

  /** Fewest tokens of a micro-batch: whatever its sentences have. */
  private static final int SMALL = 0;

  /** Enough for two {@link Lanes}, also where another tokenizer makes fewer of the same text. */
  private static final int LARGE = 3 * Lanes.FEWEST_TOKENS;

  /**
   * Modules are so large that the packed adapters of five hundred swaps, if they stayed in memory,
   * would exceed the bound on its growth twice; a few dozen swaps come near it only. What is not
   * packed belongs to managers, and those are counted.
   */
  private static final int RANK = 64;

  private static final int BOTTLENECK = 512;

  private static final float TOLERANCE = 1e-5f;
  private static final long PATIENCE_SECONDS = 60;
  private static final List<String> LANGUAGES = List.of("en", "de", "fr", "tr", "ru", "es");

  /** Short, so that few different numbers of tokens occur: oneDNN keeps code for each. */
  private static final List<String> TEXTS =
      List.of("Guten Tag", "a", "il pleut", "hava güzel", "one two", "no");

  private static final Set<View> BOTH = EnumSet.allOf(View.class);

  /** What was encoded, and what its vector says of its making. */
  private record Made(String text, String language, Provenance provenance) {}

  private ModuleFixture fixture;

  /** Sets of selections that fit together, by version of the pivot. */
  private final List<List<List<ModuleSelection>>> choices = new ArrayList<>();

  /** The vector of everything that can be made, from modules that do not move. */
  private final Map<Made, float[]> expected = new HashMap<>();

  @BeforeAll
  void publishAndPin(@TempDir Path folder) throws IOException {
    fixture = new ModuleFixture(folder);
    publish();
    try (TorchEncoder encoder = TorchEncoder.open(fixture.backbone, options(1))) {
      for (int pivot = 0; pivot < VERSIONS; pivot++) {
        for (int choice = 0; choice <= VERSIONS; choice++) {
          pin(encoder, pivot, choice);
        }
      }
    }
    assertThat(fixture.leases()).isZero();
  }

  @AfterAll
  void close() {
    fixture.close();
  }

  @Test
  void whatIsMadeDiffersSoMuchThatAMixUpWouldShow() {
    List<Map.Entry<Made, float[]>> all = List.copyOf(expected.entrySet());
    for (int i = 0; i < all.size(); i++) {
      for (int j = 0; j < i; j++) {
        Made one = all.get(i).getKey();
        Made other = all.get(j).getKey();
        boolean sameWeights =
            one.language().equals(other.language())
                && one.provenance().languageModule().equals(other.provenance().languageModule())
                && one.provenance().alignmentModule().equals(other.provenance().alignmentModule());
        if (one.text().equals(other.text()) && !sameWeights && hasModules(one)) {
          assertThat(distance(all.get(i).getValue(), all.get(j).getValue()))
              .as("%s and %s", one, other)
              .isGreaterThan(1e-3);
        }
      }
    }
  }

  @Test
  void fiveHundredSwapsMixNothingUpAndLeaveNothingBehind() throws Exception {
    swap(options(1), SMALL, 500);
  }

  @Test
  void swapsWhileMicroBatchesAreCutForTwoThreadsMixNothingUpAndLeaveNothingBehind()
      throws Exception {
    swap(options(2), LARGE, 36);
  }

  @Test
  void swapsUnderAMemoryLimitThatKeepsEvictingMixNothingUpAndLeaveNothingBehind() throws Exception {
    // Less than German's modules want by themselves.
    assertThat(swap(options(1).withModuleMemoryBytes(500_000), SMALL, 100))
        .as("evictions")
        .isGreaterThan(50);
  }

  @Test
  void closingWaitsForTheMicroBatchesUnderWay() throws Exception {
    for (int round = 0; round < 8; round++) {
      int lanes = 1 + round % 2;
      int fewestTokens = lanes == 1 ? SMALL : LARGE;
      TorchEncoder encoder = TorchEncoder.open(fixture.backbone, options(lanes));
      serve(encoder, selections(round % VERSIONS, new int[choices.getFirst().size()]));
      AtomicLong done = new AtomicLong();
      try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
        List<Future<Boolean>> encoding = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
          long seed = SEED + t;
          encoding.add(
              threads.submit(
                  () -> {
                    Random random = new Random(seed);
                    while (true) {
                      try {
                        encoder.encode(prepare(encoder, random, fewestTokens));
                        done.incrementAndGet();
                      } catch (IllegalStateException e) {
                        return String.valueOf(e.getMessage()).contains("closed");
                      }
                    }
                  }));
        }
        awaitAtLeast(done, 5 + round, encoding);
        encoder.close();
        for (Future<Boolean> thread : encoding) {
          assertThat(thread.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        }
      }
      assertThat(fixture.leases()).isZero();
    }
  }

  /**
   * Swaps at random while others encode, in three thirds; the first warms up.
   *
   * @param fewestTokens of a micro-batch
   * @return how often modules had to leave memory
   */
  private long swap(EncoderOptions options, int fewestTokens, int swaps) throws Exception {
    try (TorchEncoder encoder = TorchEncoder.open(fixture.backbone, options)) {
      Set<Made> seen = ConcurrentHashMap.newKeySet();
      List<Remains> remains = new ArrayList<>();
      for (int third = 0; third < THIRDS; third++) {
        Random random = new Random(SEED + third);
        int ofThisThird = swaps * (third + 1) / THIRDS - swaps * third / THIRDS;
        swapWhileEncoding(encoder, random, ofThisThird, fewestTokens, seen);
        serve(encoder, selections(0, new int[choices.getFirst().size()]));
        encodeAll(encoder);
        remains.add(Remains.of(encoder, fixture));
      }
      if (options.threads() > 1) {
        assertThat(encoder.nativeCalls()).as("some were cut").isGreaterThan(encoder.microBatches());
      }
      Remains warm = remains.getFirst();
      Remains end = remains.getLast();
      assertThat(seen).as("seed %d: most of what can be made was", SEED).hasSizeGreaterThan(200);
      assertThat(end.leases()).as("leases").isEqualTo(warm.leases());
      assertThat(end.liveTensors()).as("tensors, %s", remains).isEqualTo(warm.liveTensors());
      assertThat(end.mappedModules()).as("mapped files").isEqualTo(warm.mappedModules());
      assertThat(end.allocated().bytes() - warm.allocated().bytes())
          .as("growth of what is allocated, %s", remains)
          .isLessThan(24L << 20);
      // The code that oneDNN makes for every shape comes to rest later than all else.
      assertThat(end.resident().nativeGrowthSince(remains.get(THIRDS - 2).resident()))
          .as("growth of resident native memory, %s", remains)
          .isLessThan(96L << 20);
      serve(encoder, List.of());
      assertThat(fixture.leases()).isZero();
      assertThat(Remains.of(encoder, fixture).mappedModules()).isZero();
      return encoder.moduleEvictions();
    }
  }

  private void swapWhileEncoding(
      TorchEncoder encoder, Random random, int swaps, int fewestTokens, Set<Made> seen)
      throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    AtomicLong microBatches = new AtomicLong();
    serve(encoder, selections(0, new int[choices.getFirst().size()]));
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<Boolean>> encoding = new ArrayList<>();
      for (int t = 0; t < THREADS; t++) {
        long seed = random.nextLong();
        encoding.add(
            threads.submit(
                () -> {
                  encodeUntil(over, encoder, new Random(seed), fewestTokens, microBatches, seen);
                  return true;
                }));
      }
      try {
        int pivot = random.nextInt(VERSIONS);
        int[] choice = new int[choices.getFirst().size()];
        for (int i = 0; i < swaps; i++) {
          if (random.nextInt(5) == 0) {
            // A new pivot, with all the alignments made for it in the same step.
            pivot = (pivot + 1 + random.nextInt(VERSIONS - 1)) % VERSIONS;
          } else {
            choice[random.nextInt(choice.length)] = random.nextInt(VERSIONS + 1);
          }
          serve(encoder, selections(pivot, choice));
          if (random.nextBoolean()) {
            awaitAtLeast(microBatches, microBatches.get() + 1 + random.nextInt(6), encoding);
          }
        }
      } finally {
        over.set(true);
      }
      for (Future<Boolean> thread : encoding) {
        assertThat(thread.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  private void encodeUntil(
      AtomicBoolean over,
      TorchEncoder encoder,
      Random random,
      int fewestTokens,
      AtomicLong microBatches,
      Set<Made> seen) {
    // Prepared under whatever served then: their tokens may be those of an old tokenizer.
    List<TokenizedSentence> kept = prepare(encoder, random, fewestTokens);
    while (!over.get()) {
      List<TokenizedSentence> batch =
          random.nextInt(3) == 0 ? kept : prepare(encoder, random, fewestTokens);
      check(batch, encoder.encode(batch), seen);
      microBatches.incrementAndGet();
      if (random.nextInt(20) == 0) {
        kept = prepare(encoder, random, fewestTokens);
      }
    }
  }

  private void check(List<TokenizedSentence> batch, List<EncodeOutcome> outcomes, Set<Made> seen) {
    Map<String, Optional<ModuleReference>> languageModules = new HashMap<>();
    Map<String, Optional<ModuleReference>> alignments = new HashMap<>();
    Set<SpaceId> crossLingual = new HashSet<>();
    for (int i = 0; i < batch.size(); i++) {
      String language = batch.get(i).language();
      for (SentenceVector vector : ((Encoded) outcomes.get(i)).vectors()) {
        Provenance provenance = vector.provenance();
        Made made = new Made(batch.get(i).request().text(), language, provenance);
        float[] values = expected.get(made);
        assertThat(values).as("%s can be made", made).isNotNull();
        if (distance(vector.values(), values) > TOLERANCE) {
          assertThat(vector.values())
              .as("seed %d: %s", SEED, made)
              .containsExactly(values, within(TOLERANCE));
        }
        seen.add(made);
        assertThat(languageModules.computeIfAbsent(language, l -> provenance.languageModule()))
            .as("one version of %s in a micro-batch", language)
            .isEqualTo(provenance.languageModule());
        if (provenance.view() == View.CROSS_LINGUAL) {
          assertThat(alignments.computeIfAbsent(language, l -> provenance.alignmentModule()))
              .isEqualTo(provenance.alignmentModule());
          crossLingual.add(provenance.space());
        }
      }
    }
    assertThat(crossLingual).as("one version of the pivot in a micro-batch").hasSize(1);
  }

  /** Wants three versions of the pivot, and for each of them what fits it. */
  private void publish() throws IOException {
    List<ModuleReference> german = new ArrayList<>();
    List<ModuleReference> turkish = new ArrayList<>();
    List<ModuleReference> russian = new ArrayList<>();
    for (int v = 0; v < VERSIONS; v++) {
      german.add(
          fixture.publish(
              fixture.language(
                  "de",
                  v == 1 ? Optional.empty() : Optional.of(700 + v),
                  ModuleFixture.lora(RANK, RANK / 2.0),
                  ModuleFixture.lora(RANK - 16, RANK / 4.0),
                  PostProcessing.WHITEN),
              100 + v));
      turkish.add(
          fixture.publish(
              fixture.language(
                  "tr",
                  Optional.of(300 + 100 * v),
                  Optional.empty(),
                  Optional.empty(),
                  PostProcessing.NONE),
              200 + v));
      russian.add(
          fixture.publish(
              fixture.language(
                  "ru",
                  Optional.empty(),
                  Optional.empty(),
                  ModuleFixture.lora(RANK, RANK / 2.0, LinearTarget.QUERY, LinearTarget.VALUE),
                  PostProcessing.CENTRE),
              300 + v));
    }
    for (int pivot = 0; pivot < VERSIONS; pivot++) {
      ModuleReference english =
          fixture.publish(
              fixture.language(
                  "en",
                  Optional.empty(),
                  ModuleFixture.lora(RANK, RANK / 2.0, LinearTarget.QUERY, LinearTarget.OUTPUT),
                  Optional.empty(),
                  PostProcessing.CENTRE),
              400 + pivot);
      List<List<ModuleSelection>> ofPivot = new ArrayList<>();
      ofPivot.add(List.of(new ModuleSelection("en", Optional.of(english), Optional.empty())));
      ofPivot.add(aligned("de", german, english, BOTTLENECK, true, 500 + 10 * pivot));
      ofPivot.add(aligned("ru", russian, english, 0, true, 600 + 10 * pivot));
      List<ModuleSelection> french = new ArrayList<>();
      for (int v = 0; v < VERSIONS; v++) {
        french.add(
            new ModuleSelection(
                "fr",
                Optional.empty(),
                Optional.of(
                    fixture.publish(
                        fixture.alignment(
                            "fr", Optional.empty(), Optional.of(english), BOTTLENECK, false),
                        700 + 10 * pivot + v))));
      }
      ofPivot.add(french);
      ofPivot.add(
          List.of(
              ModuleSelection.none("tr"),
              new ModuleSelection("tr", Optional.of(turkish.get(0)), Optional.empty()),
              new ModuleSelection("tr", Optional.of(turkish.get(1)), Optional.empty()),
              new ModuleSelection("tr", Optional.of(turkish.get(2)), Optional.empty())));
      choices.add(ofPivot);
    }
  }

  /** Every version with an alignment, and the first without. */
  private List<ModuleSelection> aligned(
      String language,
      List<ModuleReference> versions,
      ModuleReference english,
      int bottleneck,
      boolean affine,
      long seed)
      throws IOException {
    List<ModuleSelection> selections = new ArrayList<>();
    selections.add(
        new ModuleSelection(language, Optional.of(versions.getFirst()), Optional.empty()));
    for (int v = 0; v < versions.size(); v++) {
      ModuleReference alignment =
          fixture.publish(
              fixture.alignment(
                  language, Optional.of(versions.get(v)), Optional.of(english), bottleneck, affine),
              seed + v);
      selections.add(
          new ModuleSelection(language, Optional.of(versions.get(v)), Optional.of(alignment)));
    }
    return selections;
  }

  /** Encodes every text with the i-th choice of every language, on a route of its own. */
  private void pin(TorchEncoder encoder, int pivot, int choice) {
    try (TorchEncoder pinned = encoder.route()) {
      int[] same = new int[choices.get(pivot).size()];
      Arrays.fill(same, choice);
      serve(pinned, selections(pivot, same));
      for (String language : LANGUAGES) {
        for (String text : TEXTS) {
          TokenizedSentence sentence =
              (TokenizedSentence) pinned.prepare(new SentenceRequest(text, language, BOTH));
          Encoded encoded = (Encoded) pinned.encode(List.of(sentence)).getFirst();
          for (SentenceVector vector : encoded.vectors()) {
            expected.put(new Made(text, language, vector.provenance()), vector.values());
          }
        }
      }
    }
  }

  /** What fits one version of the pivot; per language the choice of that number, or the last. */
  private List<ModuleSelection> selections(int pivot, int... choice) {
    List<ModuleSelection> selections = new ArrayList<>();
    for (int i = 0; i < choices.get(pivot).size(); i++) {
      List<ModuleSelection> of = choices.get(pivot).get(i);
      selections.add(of.get(Math.min(choice[i], of.size() - 1)));
    }
    return selections;
  }

  private static EncoderOptions options(int threads) {
    return EncoderOptions.onCpu(ModuleFixture.LAYERS).withThreads(threads);
  }

  private void serve(TorchEncoder encoder, List<ModuleSelection> selections) {
    assertThat(encoder.serve(selections, fixture)).isEqualTo(new ModularEncoder.Exchanged());
  }

  private static void encodeAll(TorchEncoder encoder) {
    for (String language : LANGUAGES) {
      encoder.encode(
          List.of(
              (TokenizedSentence)
                  encoder.prepare(new SentenceRequest(TEXTS.getFirst(), language, BOTH))));
    }
  }

  private static List<TokenizedSentence> prepare(
      TorchEncoder encoder, Random random, int fewestTokens) {
    List<TokenizedSentence> batch = new ArrayList<>();
    int least = 1 + random.nextInt(MICRO_BATCH);
    for (int tokens = 0; batch.size() < least || tokens < fewestTokens; ) {
      Set<View> views =
          switch (random.nextInt(3)) {
            case 0 -> EnumSet.of(View.MONOLINGUAL);
            default -> BOTH;
          };
      TokenizedSentence sentence =
          (TokenizedSentence)
              encoder.prepare(
                  new SentenceRequest(
                      TEXTS.get(random.nextInt(TEXTS.size())),
                      LANGUAGES.get(random.nextInt(LANGUAGES.size())),
                      views));
      batch.add(sentence);
      tokens += sentence.tokens().length();
    }
    batch.add(
        (TokenizedSentence) encoder.prepare(new SentenceRequest(TEXTS.getFirst(), "en", BOTH)));
    return batch;
  }

  private static void awaitAtLeast(AtomicLong counter, long count, List<Future<Boolean>> encoding)
      throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (counter.get() < count) {
      for (Future<Boolean> thread : encoding) {
        if (thread.isDone()) {
          thread.get();
        }
      }
      assertThat(System.nanoTime()).as("encoding goes on").isLessThan(deadline);
      Thread.onSpinWait();
      Thread.yield();
    }
  }

  private static boolean hasModules(Made made) {
    return made.provenance().languageModule().isPresent()
        || made.provenance().alignmentModule().isPresent();
  }

  private static double distance(float[] one, float[] other) {
    double most = 0;
    for (int i = 0; i < one.length; i++) {
      double difference = Math.abs(one[i] - other[i]);
      most = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(most, difference);
    }
    return most;
  }

  /** What is held when nobody encodes. */
  private record Remains(
      int leases,
      int liveTensors,
      long mappedModules,
      AllocatedMemory allocated,
      ResidentMemory resident) {
    static Remains of(TorchEncoder encoder, ModuleFixture fixture) throws IOException {
      AllocatedMemory.trim();
      ResidentMemory resident = ResidentMemory.measure();
      try (var maps = Files.lines(Path.of("/proc/self/maps"))) {
        return new Remains(
            fixture.leases(),
            encoder.liveTensors(),
            maps.filter(line -> line.endsWith("module.safetensors")).count(),
            AllocatedMemory.measure(),
            resident);
      }
    }
  }
}
