package org.isogloss.streams.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LineIdsTest {

  @Test
  void idsAreOrderedAsTheLinesAre() {
    List<String> ids = Stream.of(1L, 9L, 10L, 99_999L, 123_456_789L).map(this::id).toList();
    assertThat(ids).isSorted().first().isEqualTo("de.txt:000000001");
    assertThat(ids).last().isEqualTo("de.txt:123456789");
  }

  private String id(long line) {
    return LineIds.of("de.txt", line);
  }
}
