package org.isogloss.streams.mine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.isogloss.encoder.engine.Similarities;
import org.isogloss.encoder.engine.SimilarityKind;
import org.isogloss.error.ErrorCode;
import org.isogloss.mining.MiningOptions;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.record.Embedding;
import org.isogloss.schemas.record.Pair;
import org.isogloss.schemas.record.PairState;
import org.isogloss.schemas.record.VectorType;
import org.isogloss.schemas.record.View;
import org.isogloss.streams.deadletter.DeadLetter;
import org.isogloss.streams.deadletter.Stage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MinerProtocolTest {
  private static final Map<Integer, Long> HUNDRED = Map.of(0, 100L, 1, 100L);

  @TempDir Path state;

  private static Item item(String language, String id, long offset, float... vector) {
    return Item.of("day", language, id, new Place(0, offset), vector);
  }

  private static List<Item.Found> found(MinerDriver driver, String scope) {
    return driver.pairs(scope).stream().map(Item.Found::of).toList();
  }

  @Test
  void aSealedScopeIsMinedWhenItsCountIsReached() {
    try (MinerDriver driver = new MinerDriver(state)) {
      List<Item> items =
          List.of(
              item("de", "d1", 0, 1f, 0.1f, 0f),
              item("de", "d2", 1, 0f, 1f, 0.2f),
              item("en", "e1", 2, 0.9f, 0f, 0.1f),
              item("en", "e2", 3, 0.1f, 1f, 0f));
      driver.seal("day", 4, HUNDRED);
      items.subList(0, 3).forEach(driver::arrives);
      driver.settle();
      assertThat(driver.bitextRecords).isEmpty();
      assertThat(driver.step("day")).isEqualTo(Step.AWAITING);

      driver.arrives(items.get(3));
      driver.settle("day");

      assertThat(found(driver, "day")).containsExactlyElementsOf(Item.batch(items)).hasSize(2);
      Pair first = driver.pairs("day").getFirst();
      assertThat(first.getState()).isEqualTo(PairState.CONFIRMED);
      assertThat(first.getSpace()).isEqualTo(Item.SPACE);
      assertThat(first.getSourceText()).isEqualTo("text of " + first.getSourceId());
      assertThat(first.getSourceLanguageModule().orElseThrow().getName())
          .isEqualTo("language/de@1");
      assertThat(first.getTargetLanguageModule().orElseThrow().getName())
          .isEqualTo("language/en@1");
      assertThat(first.getSourceAlignmentModule()).isEmpty();
      assertThat(driver.sealed("day"))
          .singleElement()
          .satisfies(
              summary -> {
                assertThat(summary.getSentences()).isEqualTo(4);
                assertThat(summary.getEmbedded()).isEqualTo(4);
                assertThat(summary.getDeadLetters()).isZero();
                assertThat(summary.getPairs()).isEqualTo(2);
                assertThat(summary.getLanguagePairs()).containsExactly("de-en");
              });
      // All pairs stand before the record that says so.
      assertThat(BitextKey.parse(driver.bitextRecords.getLast().key()))
          .contains(new BitextKey.OfSealed("day"));
    }
  }

  @Test
  void nothingButItsStateStaysOfASealedScope() {
    try (MinerDriver driver = new MinerDriver(state)) {
      driver.arrives(item("de", "d", 0, 1f, 0f));
      driver.arrives(item("en", "e", 1, 1f, 0f));
      driver.seal("day", 2, HUNDRED);
      driver.settle("day");

      for (String store : List.of("rows", "ids", "origins", "results")) {
        assertThat(driver.entries(store)).as(store).isZero();
      }
      assertThat(driver.entries("scopes")).isOne();
    }
  }

  @Test
  void deadLettersOfTheRouterAndTheEncoderCountTowardsTheSeal() {
    try (MinerDriver driver = new MinerDriver(state)) {
      driver.seal("day", 4, HUNDRED);
      driver.arrives(item("de", "d", 0, 1f, 0f));
      driver.isRefused(Stage.ROUTE, "day", new Place(0, 1));
      driver.isRefused(Stage.ROUTE, "day", new Place(0, 1));
      driver.isRefused(Stage.MINE, "day", new Place(0, 7));
      driver.isRefused(Stage.ROUTE, "another", new Place(0, 8));
      driver.isRefused(Stage.ENCODE, "day", new Place(0, 2));
      driver.settle();
      assertThat(driver.step("day")).isEqualTo(Step.AWAITING);

      driver.arrives(item("en", "e", 3, 1f, 0f));
      driver.settle("day");

      assertThat(driver.sealed("day").getFirst().getDeadLetters()).isEqualTo(2);
      assertThat(driver.sealed("day").getFirst().getEmbedded()).isEqualTo(2);
      assertThat(driver.pairs("day")).hasSize(1);
    }
  }

  @Test
  void anEmptyScopeIsSealedWithoutPairs() {
    try (MinerDriver driver = new MinerDriver(state)) {
      driver.seal("nothing", 0, HUNDRED);
      driver.settle("nothing");

      assertThat(driver.pairs("nothing")).isEmpty();
      assertThat(driver.sealed("nothing").getFirst().getLanguagePairs()).isEmpty();
    }
  }

  @Test
  void aScopeOfOneLanguageIsSealedWithoutPairs() {
    try (MinerDriver driver = new MinerDriver(state)) {
      driver.arrives(item("de", "d1", 0, 1f, 0f));
      driver.arrives(item("de", "d2", 1, 0f, 1f));
      driver.seal("day", 2, HUNDRED);
      driver.settle("day");

      assertThat(driver.pairs("day")).isEmpty();
      assertThat(driver.sealed("day").getFirst().getLanguagePairs()).isEmpty();
    }
  }

  @Test
  void aRepeatedSealChangesNothing() {
    try (MinerDriver driver = new MinerDriver(state)) {
      driver.arrives(item("de", "d", 0, 1f, 0f));
      driver.seal("day", 2, HUNDRED);
      driver.seal("day", 1, Map.of(0, 1L));
      driver.settle();
      assertThat(driver.step("day")).isEqualTo(Step.AWAITING);

      driver.arrives(item("en", "e", 1, 1f, 0f));
      driver.settle("day");
      driver.seal("day", 2, HUNDRED);
      driver.settle();

      assertThat(driver.pairs("day")).hasSize(1);
      assertThat(driver.sealed("day")).hasSize(1);
    }
  }

  @Test
  void aSentenceBehindTheSealIsADeadLetterWheneverItArrives() {
    try (MinerDriver driver = new MinerDriver(state)) {
      Item early = item("de", "early", 100, 1f, 0f);
      Item other = Item.of("day", "de", "other", new Place(7, 0), 1f, 0f);
      Item during = item("de", "during", 101, 1f, 0f);
      Item after = item("de", "after", 102, 1f, 0f);
      driver.arrives(early);
      driver.arrives(other);
      driver.arrives(item("de", "d", 99, 1f, 0f));
      driver.seal("day", 2, HUNDRED);
      driver.settle();
      driver.arrives(during);
      driver.arrives(item("en", "e", 0, 1f, 0f));
      driver.settle("day");
      driver.arrives(after);
      driver.settle();

      assertThat(driver.pairs("day")).hasSize(1);
      assertThat(driver.sealed("day").getFirst().getEmbedded()).isEqualTo(2);
      assertThat(driver.refusals())
          .allSatisfy(
              letter -> {
                assertThat(letter.code()).isEqualTo(ErrorCode.SCOPE_SEALED.code());
                assertThat(letter.scope()).isEqualTo("day");
              })
          .extracting(DeadLetter::origin)
          .containsExactly(
              early.place().origin(),
              other.place().origin(),
              during.place().origin(),
              after.place().origin());
      assertThat(driver.refusedRecords.getFirst().key())
          .isEqualTo("early".getBytes(StandardCharsets.UTF_8));
      assertThat(AvroCodec.of(Embedding.class).decode(driver.refusedRecords.getFirst().value()))
          .isEqualTo(early.embedding());
    }
  }

  @Test
  void amongEqualIdsTheLowestOriginWinsWhateverItsLanguage() {
    try (MinerDriver driver = new MinerDriver(state)) {
      List<Item> items =
          List.of(
              Item.of("day", "fr", "same", new Place(1, 0), 1f, 0f),
              Item.of("day", "de", "same", new Place(0, 9), 0f, 1f),
              Item.of("day", "de", "same", new Place(0, 10), 1f, 0f),
              Item.of("day", "en", "e", new Place(1, 1), 0.1f, 1f));
      items.forEach(driver::arrives);
      driver.seal("day", 4, HUNDRED);
      driver.settle("day");

      assertThat(found(driver, "day")).isEqualTo(Item.batch(items));
      assertThat(driver.pairs("day"))
          .singleElement()
          .satisfies(
              pair -> {
                assertThat(pair.getSourceLanguage()).isEqualTo("de");
                assertThat(pair.getCosine()).isCloseTo(0.995, within(0.001));
              });
    }
  }

  @Test
  void anOriginThatArrivesTwiceCountsOnce() {
    try (MinerDriver driver = new MinerDriver(state)) {
      driver.seal("day", 2, HUNDRED);
      driver.arrives(item("de", "d", 0, 1f, 0f));
      driver.arrives(item("de", "d", 0, 1f, 0f));
      driver.isRefused(Stage.ENCODE, "day", new Place(0, 0));
      driver.settle();

      assertThat(driver.step("day")).isEqualTo(Step.AWAITING);
    }
  }

  @Test
  void vectorsOfTwoSpacesAreNeverMixed() {
    try (MinerDriver driver = new MinerDriver(state)) {
      driver.arrives(item("de", "d1", 0, 1f, 0f));
      driver.arrives(item("de", "d2", 1, 1f, 0f).in("f".repeat(32)));
      driver.arrives(item("fr", "f", 2, 1f, 0f));
      driver.arrives(item("en", "e", 3, 1f, 0f));
      driver.seal("day", 4, HUNDRED);
      driver.settle("day");

      assertThat(driver.refusals())
          .singleElement()
          .satisfies(
              letter -> {
                assertThat(letter.code()).isEqualTo(ErrorCode.SPACE_MISMATCH.code());
                assertThat(letter.message()).contains("de-en", Item.SPACE, "f".repeat(32));
              });
      assertThat(driver.sealed("day").getFirst().getLanguagePairs()).containsExactly("fr-en");
      assertThat(driver.pairs("day")).extracting(Pair::getSourceLanguage).containsExactly("fr");
    }
  }

  @Test
  void aVectorWithoutADirectionIsRefusedAndStillCounts() {
    try (MinerDriver driver = new MinerDriver(state)) {
      driver.arrives(item("de", "zero", 0, 0f, 0f));
      driver.arrives(item("de", "nan", 1, Float.NaN, 0f));
      driver.arrives(item("de", "d", 2, 1f, 0f));
      driver.arrives(item("en", "e", 3, 1f, 0f));
      driver.seal("day", 4, HUNDRED);
      driver.settle("day");

      assertThat(driver.refusals())
          .extracting(DeadLetter::code)
          .containsExactly(ErrorCode.DEGENERATE_VECTOR.code(), ErrorCode.DEGENERATE_VECTOR.code());
      assertThat(driver.pairs("day")).extracting(Pair::getSourceId).containsExactly("d");
    }
  }

  @Test
  void whatCannotBeReadIsADeadLetterAndStopsNothing() {
    try (MinerDriver driver = new MinerDriver(state)) {
      driver.arrives(new byte[] {1, 2, 3});
      driver.arrives(new byte[] {(byte) 0xC3, 1, 9, 9, 9, 9, 9, 9, 9, 9, 0});
      driver.arrives(item("de", "d", 0, 1f, 0f));
      driver.arrives(item("en", "e", 1, 1f, 0f));
      driver.seal("day", 2, HUNDRED);
      driver.settle("day");

      assertThat(driver.refusals())
          .extracting(DeadLetter::code)
          .containsExactly(ErrorCode.UNDECODABLE_RECORD.code(), ErrorCode.UNKNOWN_SCHEMA.code());
      assertThat(driver.pairs("day")).hasSize(1);
    }
  }

  @Test
  void monolingualVectorsAndSentencesWithoutAScopeAreNotMined() {
    try (MinerDriver driver = new MinerDriver(state)) {
      driver.arrives(
          Embedding.newBuilder(item("de", "d", 0, 1f, 0f).embedding())
              .setView(View.MONOLINGUAL)
              .build());
      driver.arrives(Item.of("", "de", "d", new Place(0, 1), 1f, 0f));
      driver.settle();

      assertThat(driver.entries("rows")).isZero();
      assertThat(driver.entries("scopes")).isZero();
    }
  }

  @Test
  void halfPrecisionVectorsAreMined() {
    try (MinerDriver driver = new MinerDriver(state)) {
      List<Item> items =
          List.of(
              item("de", "d1", 0, 0.6f, 0.8f).as(VectorType.FP16),
              item("de", "d2", 1, 0.8f, 0.6f).as(VectorType.FP16),
              item("en", "e1", 2, 0.61f, 0.79f),
              item("en", "e2", 3, 0.79f, 0.61f).as(VectorType.FP16));
      items.forEach(driver::arrives);
      driver.seal("day", 4, HUNDRED);
      driver.settle("day");

      assertThat(found(driver, "day")).isEqualTo(Item.batch(items)).hasSize(2);
    }
  }

  @Test
  void configuredPairsAreMinedInTheirDirection() {
    MinerOptions options =
        MinerOptions.in(state)
            .withPairs(
                new PairSelection.Listed(
                    List.of(
                        new LanguagePair("en", "de"),
                        new LanguagePair("de", "fr"),
                        new LanguagePair("de", "tr"))));
    try (MinerDriver driver = new MinerDriver(options, new BatchOracle(), System::nanoTime)) {
      driver.arrives(item("de", "d", 0, 1f, 0f));
      driver.arrives(item("en", "e", 1, 1f, 0f));
      driver.arrives(item("fr", "f", 2, 1f, 0f));
      driver.seal("day", 3, HUNDRED);
      driver.settle("day");

      assertThat(driver.sealed("day").getFirst().getLanguagePairs())
          .containsExactly("en-de", "de-fr");
      assertThat(driver.pairs("day"))
          .extracting(Pair::getSourceId, Pair::getTargetId)
          .containsExactly(tuple("e", "d"), tuple("d", "f"));
    }
  }

  @Test
  void anIdleScopeIsSealedOnce() {
    AtomicLong nanos = new AtomicLong();
    MinerOptions options = MinerOptions.in(state).withIdleSeal(Duration.ofSeconds(10));
    try (MinerDriver driver = new MinerDriver(options, new BatchOracle(), nanos::get)) {
      driver.arrives(item("de", "d", 0, 1f, 0f));
      nanos.addAndGet(Duration.ofSeconds(9).toNanos());
      driver.tick();
      assertThat(driver.idleSealed).isEmpty();

      driver.arrives(item("en", "e", 1, 1f, 0f));
      nanos.addAndGet(Duration.ofSeconds(9).toNanos());
      driver.tick();
      assertThat(driver.idleSealed).isEmpty();

      nanos.addAndGet(Duration.ofSeconds(1).toNanos());
      driver.tick();
      driver.tick();
      assertThat(driver.idleSealed).containsExactly("day");

      driver.seal("day", 2, HUNDRED);
      nanos.addAndGet(Duration.ofSeconds(60).toNanos());
      driver.settle("day");
      assertThat(driver.idleSealed).containsExactly("day");
    }
  }

  @Test
  void whateverTheOrderOfArrivalTheResultIsThatOfTheBatch() {
    for (long seed = 0; seed < 12; seed++) {
      new RandomScopes(seed).run(state.resolve(Long.toString(seed)));
    }
  }

  /** Some scopes with odd ids, repeated ids, late and refused sentences, in random order. */
  private static final class RandomScopes {
    private static final List<String> ODD =
        List.of(
            "",
            "a",
            "\u0000",
            "a\u0000",
            "\u0001",
            "\"",
            "\\",
            "\n",
            "ÿ",
            "\uD83D\uDE00",
            "\uFFFD",
            ",");
    private static final List<String> LANGUAGES = List.of("de", "en", "fr", "am");

    private final long seed;
    private final Random random;

    RandomScopes(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
    }

    void run(Path state) {
      // A clock that moves whenever it is looked at makes slices of a few steps each.
      AtomicLong nanos = new AtomicLong();
      MinerOptions options =
          new MinerOptions(
              "random",
              state,
              PairSelection.DEFAULT,
              MiningOptions.DEFAULT,
              Duration.ofNanos(1 + random.nextInt(40)),
              Optional.empty(),
              SimilarityKind.SIMD);
      try (MinerDriver driver =
          new MinerDriver(
              options,
              new MarginSearch(MiningOptions.DEFAULT, new Similarities(SimilarityKind.SIMD)),
              nanos::incrementAndGet)) {
        List<Runnable> arrivals = new ArrayList<>();
        Map<String, List<Item>> covered = new TreeMap<>();
        Map<String, Long> late = new TreeMap<>();
        for (String scope : List.of("one", "one\u0000", "two")) {
          List<Item> items = new ArrayList<>();
          Map<Integer, Long> ends = new TreeMap<>();
          for (int partition = 0; partition < 3; partition++) {
            ends.put(partition, (long) random.nextInt(30));
          }
          Set<Place> places = new HashSet<>();
          long count = 0;
          long behind = 0;
          for (int i = random.nextInt(60); i > 0; i--) {
            Place place = new Place(random.nextInt(3), random.nextInt(35));
            if (!places.add(place)) {
              continue;
            }
            boolean inside = place.offset() < ends.getOrDefault(place.partition(), 0L);
            count += inside ? 1 : 0;
            if (random.nextInt(8) == 0) {
              arrivals.add(() -> driver.isRefused(Stage.ENCODE, scope, place));
              continue;
            }
            Item item = item(scope, place);
            arrivals.add(() -> driver.arrives(item));
            if (inside) {
              items.add(item);
            } else {
              behind++;
            }
          }
          covered.put(scope, items);
          late.put(scope, behind);
          long sealed = count;
          arrivals.add(() -> driver.seal(scope, sealed, ends));
        }
        Collections.shuffle(arrivals, random);
        for (Runnable arrival : arrivals) {
          arrival.run();
          if (random.nextInt(5) == 0) {
            driver.tick();
          }
        }
        for (Map.Entry<String, List<Item>> each : covered.entrySet()) {
          driver.settle(each.getKey());
          Item.Found.assertEqual(
              "seed " + seed + ", scope " + each.getKey(),
              found(driver, each.getKey()),
              Item.batch(each.getValue()));
          assertThat(driver.sealed(each.getKey())).as("seed %d", seed).hasSize(1);
        }
        driver.settle();
        late.forEach(
            (scope, count) ->
                assertThat(driver.refusals().stream().filter(l -> l.scope().equals(scope)))
                    .as("seed %d, late in %s", seed, scope)
                    .hasSize(Math.toIntExact(count)));
      }
    }

    private Item item(String scope, Place place) {
      String id =
          ODD.get(random.nextInt(ODD.size()))
              + ODD.get(random.nextInt(ODD.size()))
              + random.nextInt(3);
      float[] vector = new float[4];
      for (int d = 0; d < vector.length; d++) {
        vector[d] = (float) random.nextGaussian();
      }
      return Item.of(scope, LANGUAGES.get(random.nextInt(LANGUAGES.size())), id, place, vector);
    }
  }
}
