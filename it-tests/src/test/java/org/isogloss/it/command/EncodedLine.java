package org.isogloss.it.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;

/**
 * A line of {@code encode --format jsonl}.
 *
 * @param fields their names, in order
 * @param vector without values for a refused line
 */
record EncodedLine(String id, List<String> fields, JsonNode json, float[] vector) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  static List<EncodedLine> of(CommandProcess.Result result) {
    return of(result.requireSuccess().lines());
  }

  static List<EncodedLine> of(List<String> lines) {
    return lines.stream().map(EncodedLine::parse).toList();
  }

  private static EncodedLine parse(String line) {
    try {
      JsonNode json = MAPPER.readTree(line);
      List<String> fields = new ArrayList<>();
      json.fieldNames().forEachRemaining(fields::add);
      JsonNode values = json.path("vector");
      float[] vector = new float[values.size()];
      for (int i = 0; i < vector.length; i++) {
        vector[i] = values.get(i).floatValue();
      }
      return new EncodedLine(json.path("id").asText(), fields, json, vector);
    } catch (JsonProcessingException e) {
      throw new AssertionError("no JSON: " + line, e);
    }
  }

  boolean isRefused() {
    return json.has("error");
  }

  /** The code of a refused line, else the language. */
  String codeOrLanguage() {
    return isRefused() ? json.path("error").path("code").asText() : json.path("language").asText();
  }
}
