package org.isogloss.streams.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResourcesTest {
  private final List<String> closed = new ArrayList<>();

  private AutoCloseable resource(String name) {
    return () -> closed.add(name);
  }

  @Test
  void theLatestIsClosedFirstAndNoneTwice() {
    Resources resources = Resources.ofCommand();
    resources.add(resource("broker"));
    resources.add(resource("pipeline"));
    resources.close();
    resources.close();
    assertThat(closed).containsExactly("pipeline", "broker");
  }

  @Test
  void oneThatFailsToCloseDoesNotKeepTheOthersOpen() {
    try (Resources resources = Resources.ofCommand()) {
      resources.add(resource("broker"));
      resources.add(
          () -> {
            throw new IllegalStateException("stuck");
          });
    }
    assertThat(closed).containsExactly("broker");
  }

  @Test
  void whatIsOpenedWhileTheCommandEndsIsClosedAtOnce() {
    Resources resources = Resources.ofCommand();
    resources.close();
    AutoCloseable late = resource("late");
    assertThatThrownBy(() -> resources.add(late)).isInstanceOf(IllegalStateException.class);
    assertThat(closed).containsExactly("late");
  }
}
