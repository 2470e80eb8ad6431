package org.isogloss.streams.mine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StoreKeyTest {
  private static final List<String> PIECES =
      List.of("\u0000", "\u0001", "\u0002", "\u00ff", "a", "b", "é", "\uD83D\uDE00", "\uFFFD");

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(4); i > 0; i--) {
      text.append(PIECES.get(random.nextInt(PIECES.size())));
    }
    return text.toString();
  }

  private static int order(String a, String b) {
    return Arrays.compareUnsigned(
        a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void keysAreOrderedAsTheirParts() {
    Random random = new Random(7);
    for (int round = 0; round < 20_000; round++) {
      String a1 = text(random);
      String a2 = text(random);
      String b1 = random.nextBoolean() ? a1 : text(random);
      String b2 = random.nextBoolean() ? a2 : text(random);
      long a3 = random.nextInt(3) - 1L + (random.nextBoolean() ? 1L << 33 : 0);
      long b3 = random.nextInt(3) - 1L + (random.nextBoolean() ? 1L << 33 : 0);
      int expected = order(a1, b1);
      expected = expected != 0 ? expected : order(a2, b2);
      expected = expected != 0 ? expected : Long.compare(a3, b3);
      int actual =
          StoreKey.of(a1)
              .with(a2)
              .with(a3)
              .bytes()
              .compareTo(StoreKey.of(b1).with(b2).with(b3).bytes());
      assertThat(Integer.signum(actual))
          .as("round %d: %s %s %d, %s %s %d", round, a1, a2, a3, b1, b2, b3)
          .isEqualTo(Integer.signum(expected));
    }
  }

  @Test
  void aKeyGivesItsPartsBack() {
    Random random = new Random(8);
    for (int round = 0; round < 5_000; round++) {
      String first = text(random);
      String second = text(random);
      int third = random.nextInt();
      long fourth = random.nextLong();
      StoreKey.Reader reader =
          new StoreKey.Reader(StoreKey.of(first).with(second).with(third).with(fourth).bytes());
      assertThat(reader.text()).isEqualTo(first);
      assertThat(reader.text()).isEqualTo(second);
      assertThat(reader.number()).isEqualTo(third);
      assertThat(reader.longNumber()).isEqualTo(fourth);
    }
  }

  @Test
  void aPrefixEndsBehindItsOwnKeysAndBeforeAllOthers() {
    Random random = new Random(9);
    for (int round = 0; round < 5_000; round++) {
      String scope = text(random);
      String other = text(random);
      StoreKey prefix = StoreKey.of(scope);
      assertThat(StoreKey.of(scope).with(text(random)).with(Long.MAX_VALUE).bytes())
          .isGreaterThanOrEqualTo(prefix.bytes())
          .isLessThan(prefix.end());
      var foreign = StoreKey.of(other).with(text(random)).bytes();
      boolean inside =
          foreign.compareTo(prefix.bytes()) >= 0 && foreign.compareTo(prefix.end()) < 0;
      assertThat(inside).as("round %d", round).isEqualTo(other.equals(scope));
    }
  }
}
