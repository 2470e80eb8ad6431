package org.isogloss.streams.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.Optional;
import org.isogloss.encoder.space.View;
import org.junit.jupiter.api.Test;

class JsonLinesTest {
  private static LineResult.Vector vector(Optional<String> module) {
    return new LineResult.Vector(
        "f:1",
        "de",
        View.CROSS_LINGUAL,
        "5".repeat(32),
        "b".repeat(64),
        module,
        Optional.empty(),
        5,
        true,
        new float[] {0.6f, -0.8f});
  }

  @Test
  void everyResultIsALineWithTheFieldsInTheirOrder() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonLines json = new JsonLines(out)) {
      json.write(vector(Optional.of("language/de@3")));
      json.write(new LineResult.Refusal("f:2", "ISO-101", "the \"text\" is empty"));
    }
    assertThat(out.toString(UTF_8))
        .isEqualTo(
            """
            {"id":"f:1","language":"de","view":"cross","space":"%s","backbone":"%s",\
            "languageModule":"language/de@3","alignmentModule":"none","dimension":2,"tokens":5,\
            "truncated":true,"vector":[0.6,-0.8]}
            {"id":"f:2","error":{"code":"ISO-101","message":"the \\"text\\" is empty"}}
            """
                .formatted("5".repeat(32), "b".repeat(64)));
  }

  @Test
  void noResultsAreNoLines() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new JsonLines(out).close();
    assertThat(out.size()).isZero();
  }
}
