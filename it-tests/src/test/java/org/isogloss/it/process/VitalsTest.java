package org.isogloss.it.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class VitalsTest {
  private static final long SEED = Long.getLong("isogloss.seed", 20261130L);

  @Test
  void whatAProcessWritesIsReadAgain() {
    Vitals one = new Vitals(1, 2, 3, 4, 5);
    Vitals other = new Vitals(10, 20, 30, 40, 50);
    assertThat(Vitals.of("before\n%s\nbetween\n%s\n".formatted(one.line(), other.line())))
        .containsExactly(one, other);
  }

  @Test
  void ofThisProcessAllIsKnown() {
    Vitals now = Vitals.now();
    assertThat(now.heapMebibytes()).isPositive();
    assumeThat(Path.of("/proc/self/status")).exists();
    assertThat(now.residentMebibytes()).isGreaterThan(now.heapMebibytes());
    assertThat(now.threads()).isPositive();
    assertThat(now.openFiles()).isPositive();
  }

  @Test
  void eachLeakIsSeenAndWarmingUpAndNoiseAreNone() {
    assertThat(grown(i -> new Vitals(i < 10 ? 20 : 60, 4, i < 10 ? 300 : 420, 30, 100))).isEmpty();
    assertThat(grown(i -> new Vitals(60 + i, 4, 400, 30, 100)))
        .singleElement()
        .asString()
        .startsWith("heap");
    assertThat(grown(i -> new Vitals(60, 4 + i / 2, 400, 30, 100)))
        .singleElement()
        .asString()
        .startsWith("direct");
    assertThat(grown(i -> new Vitals(60, 4, 400 + 2 * i, 30, 100)))
        .singleElement()
        .asString()
        .startsWith("resident");
    assertThat(grown(i -> new Vitals(60, 4, 400, 30 + i / 4, 100)))
        .singleElement()
        .asString()
        .startsWith("threads");
    assertThat(grown(i -> new Vitals(60, 4, 400, 30, 100 + i)))
        .singleElement()
        .asString()
        .startsWith("open files");
  }

  @Test
  void aShortLifeIsNotJudged() {
    assertThatThrownBy(() -> Vitals.grown(Vitals.of("")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static List<String> grown(IntFunction<Vitals> at) {
    Random noise = new Random(SEED);
    return Vitals.grown(
        IntStream.range(0, 80)
            .mapToObj(at)
            .map(
                of ->
                    new Vitals(
                        of.heapMebibytes() + noise.nextInt(8),
                        of.directMebibytes(),
                        of.residentMebibytes() + noise.nextInt(30),
                        of.threads() + noise.nextInt(3),
                        of.openFiles() + noise.nextInt(6)))
            .toList());
  }
}
