package org.isogloss.trainer.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.isogloss.schemas.record.TrainingJob;
import org.isogloss.schemas.record.TrainingJobState;
import org.junit.jupiter.api.Test;

class LeaseWatchTest {
  private static final Duration LEASE = Duration.ofSeconds(10);

  private long now;
  private final LeaseWatch watch = new LeaseWatch(LEASE, () -> now);

  private static TrainingJob running(String claim, long beat) {
    return TrainingJob.newBuilder()
        .setId("a")
        .setStage("align")
        .setLanguage("de")
        .setArguments(List.of())
        .setSubmittedMillis(0)
        .setState(TrainingJobState.RUNNING)
        .setClaim(claim)
        .setBeat(beat)
        .build();
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }

  @Test
  void aClaimThatStandsStillForALeaseIsAbandoned() {
    TrainingJob job = running("x", 3);
    watch.look(List.of(job));
    assertThat(watch.isAbandoned(job)).isFalse();
    pass(LEASE.minusNanos(1));
    watch.look(List.of(job));
    assertThat(watch.isAbandoned(job)).isFalse();
    pass(Duration.ofNanos(1));
    watch.look(List.of(job));
    assertThat(watch.isAbandoned(job)).isTrue();
  }

  @Test
  void everyBeatBeginsTheLeaseAnew() {
    for (int beat = 0; beat < 5; beat++) {
      watch.look(List.of(running("x", beat)));
      pass(LEASE.dividedBy(2));
      assertThat(watch.isAbandoned(running("x", beat))).isFalse();
    }
  }

  @Test
  void aClaimThatWasNeverLookedAtIsNotAbandoned() {
    watch.look(List.of(running("x", 3)));
    pass(LEASE.multipliedBy(2));
    assertThat(watch.isAbandoned(running("x", 4))).isFalse();
    assertThat(watch.isAbandoned(running("y", 3))).isFalse();
    watch.look(List.of());
    watch.look(List.of(running("x", 3)));
    assertThat(watch.isAbandoned(running("x", 3))).as("forgotten in between").isFalse();
  }
}
