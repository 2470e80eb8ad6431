package org.isogloss.streams.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PythonPeerTest {

  @Test
  void theRateIsThatOfTheLastRound() {
    assertThat(
            PythonPeer.lastRate(
                List.of(
                    "a warning",
                    "round 1: 2000 sentences, 24301 tokens, 9.10 s, 219.8 sentences/s, 2670 tokens/s",
                    "round 2: 2000 sentences, 24301 tokens, 8.10 s, 246.9 sentences/s, 3000 tokens/s")))
        .hasValue(3000);
    assertThat(PythonPeer.lastRate(List.of("Traceback"))).isEmpty();
  }
}
