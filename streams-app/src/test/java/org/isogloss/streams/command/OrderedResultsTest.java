package org.isogloss.streams.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class OrderedResultsTest {
  private final OrderedResults<String> results = new OrderedResults<>();

  @Test
  void aLaterLineWaitsForAnEarlierOne() {
    long first = results.add();
    long second = results.add();
    results.place(first, 0, 10);
    results.place(second, 1, 10);
    results.arrive(1, 10, "second");
    assertThat(results.next()).isEmpty();
    results.arrive(0, 10, "first");
    assertThat(results.next()).contains("first");
    assertThat(results.next()).contains("second");
    assertThat(results.outstanding()).isZero();
  }

  @Test
  void aResultMayComeBeforeItsPlaceIsKnown() {
    long line = results.add();
    results.arrive(0, 7, "early");
    results.place(line, 0, 7);
    assertThat(results.next()).contains("early");
  }

  @Test
  void anotherUsersResultsAreDroppedAndNotKept() {
    results.arrive(0, 1, "foreign");
    assertThat(results.unclaimed()).isZero();
    long line = results.add();
    results.arrive(0, 3, "foreign");
    results.arrive(0, 9, "foreign, behind ours");
    results.place(line, 0, 5);
    assertThat(results.unclaimed()).isZero();
    assertThat(results.next()).isEmpty();
  }

  @Test
  void inAnyOrderOfEventsEveryLineGetsItsOwnResultInTheOrderOfTheLines() {
    for (long seed = 0; seed < 2_000; seed++) {
      run(seed);
    }
  }

  /** Three kinds of events, shuffled, save that places of a partition come in rising order. */
  private static void run(long seed) {
    Random random = new Random(seed);
    OrderedResults<Long> results = new OrderedResults<>();
    int lines = 1 + random.nextInt(30);
    int partitions = 1 + random.nextInt(3);
    long[] ends = new long[partitions];
    List<Runnable> acknowledgements = new ArrayList<>();
    List<Runnable> arrivals = new ArrayList<>();
    List<Long> taken = new ArrayList<>();
    for (int i = 0; i < lines; i++) {
      long line = results.add();
      if (random.nextInt(5) == 0) {
        results.settle(line, line);
        continue;
      }
      int partition = random.nextInt(partitions);
      if (random.nextBoolean()) {
        long foreign = ends[partition]++;
        arrivals.add(() -> results.arrive(partition, foreign, -1L));
      }
      long offset = ends[partition]++;
      acknowledgements.add(() -> results.place(line, partition, offset));
      arrivals.add(() -> results.arrive(partition, offset, line));
    }
    Collections.shuffle(arrivals, random);
    while (!acknowledgements.isEmpty() || !arrivals.isEmpty()) {
      List<Runnable> from =
          acknowledgements.isEmpty() || (!arrivals.isEmpty() && random.nextBoolean())
              ? arrivals
              : acknowledgements;
      from.removeFirst().run();
      takeAll(results, taken);
    }
    takeAll(results, taken);
    assertThat(taken)
        .as("seed %d", seed)
        .containsExactlyElementsOf(LongStream.range(0, lines).boxed().toList());
    assertThat(results.unclaimed()).as("seed %d", seed).isZero();
  }

  private static void takeAll(OrderedResults<Long> results, List<Long> taken) {
    for (Optional<Long> next = results.next(); next.isPresent(); next = results.next()) {
      taken.add(next.orElseThrow());
    }
  }
}
