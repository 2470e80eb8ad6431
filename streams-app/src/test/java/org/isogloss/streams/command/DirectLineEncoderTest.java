package org.isogloss.streams.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.isogloss.encoder.encode.DeterministicEncoder;
import org.isogloss.encoder.encode.Rejected;
import org.isogloss.encoder.space.View;
import org.isogloss.error.ErrorCode;
import org.junit.jupiter.api.Test;

class DirectLineEncoderTest {
  private static final int DIMENSION = 8;
  private static final LineEncoder.Task TASK =
      new LineEncoder.Task("in.txt", Optional.of("de"), View.CROSS_LINGUAL);

  private final DeterministicEncoder encoder = new DeterministicEncoder(DIMENSION, 20);
  private final List<LineResult> results = new ArrayList<>();
  private long tokens;

  private final class Collected implements ResultWriter {
    @Override
    public void write(LineResult result) {
      results.add(result);
    }

    @Override
    public void close() {}
  }

  private void encode(LineEncoder.Task task, List<InputLine> lines) {
    new DirectLineEncoder(encoder, 200)
        .encode(lines.iterator(), task, new Collected(), (done, sum) -> tokens = sum);
  }

  private static InputLine line(int number, String text) {
    return new InputLine(number, text, Optional.empty());
  }

  @Test
  void everyLineGetsItsOwnVectorInItsPlaceOverManyChunks() {
    List<InputLine> lines =
        IntStream.rangeClosed(1, 5_000)
            .mapToObj(i -> line(i, "text " + i + "x".repeat(i % 7)))
            .toList();
    encode(TASK, lines);
    assertThat(results).hasSize(5_000);
    for (int i = 0; i < 5_000; i++) {
      assertThat(results.get(i)).isInstanceOf(LineResult.Vector.class);
      LineResult.Vector vector = (LineResult.Vector) results.get(i);
      assertThat(vector.id()).isEqualTo("in.txt:%09d".formatted(i + 1));
      assertThat(vector.vector())
          .isEqualTo(DeterministicEncoder.vectorOf(lines.get(i).text(), DIMENSION));
    }
    assertThat(tokens).isEqualTo(lines.stream().mapToLong(l -> l.text().length() + 2).sum());
  }

  @Test
  void refusedLinesStandInTheirPlacesWithTheRoutersCodes() {
    encoder.failOn("poison");
    encode(
        TASK,
        List.of(
            line(1, "gut"),
            line(2, ""),
            line(3, " \t"),
            new InputLine(4, "", Optional.of(new Rejected(ErrorCode.INVALID_UTF8, "not UTF-8"))),
            line(5, "a\u0007bell"),
            line(6, "poison"),
            line(7, "x".repeat(10_001)),
            line(8, "more than twenty characters")));
    assertThat(results)
        .map(
            result ->
                switch (result) {
                  case LineResult.Refusal refusal -> refusal.code();
                  case LineResult.Vector vector -> vector.truncated() ? "truncated" : "vector";
                })
        .containsExactly(
            "vector",
            "ISO-101",
            "ISO-102",
            "ISO-105",
            "ISO-107",
            "ISO-208",
            "ISO-108",
            "truncated");
  }

  @Test
  void textIsNormalisedBeforeItIsEncoded() {
    encode(TASK, List.of(line(1, "Mu\u0308ll")));
    assertThat(((LineResult.Vector) results.getFirst()).vector())
        .isEqualTo(DeterministicEncoder.vectorOf("M\u00fcll", DIMENSION));
  }

  @Test
  void languagesAreIdentifiedWhereTheyAreNotGiven() {
    encode(
        new LineEncoder.Task("in.txt", Optional.empty(), View.MONOLINGUAL),
        List.of(
            line(1, "\ub0b4\uc77c\uc740 \ube44\uac00 \uc62c \uac83 \uac19\uc544\uc694."),
            line(2, "12345")));
    assertThat(((LineResult.Vector) results.getFirst()).language()).isEqualTo("ko");
    assertThat(((LineResult.Refusal) results.getLast()).code()).isEqualTo("ISO-112");
  }
}
