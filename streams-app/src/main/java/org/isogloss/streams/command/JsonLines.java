package org.isogloss.streams.command;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * One JSON object a line: {@code id, language, view, space, backbone, languageModule,
 * alignmentModule, dimension, tokens, truncated, vector}, where a module that is not there is
 * {@code "none"}; for a refused line {@code id, error{code,message}}. Numbers of a vector are the
 * shortest decimals that give the same float again.
 */
final class JsonLines implements ResultWriter {
  private static final String NONE = "none";

  private final JsonGenerator json;

  /** Writes to a stream that stays open. */
  JsonLines(OutputStream out) {
    this(out, false);
  }

  private JsonLines(OutputStream out, boolean closesIt) {
    try {
      json = new JsonFactory().createGenerator(out, JsonEncoding.UTF8);
      json.configure(JsonGenerator.Feature.AUTO_CLOSE_TARGET, closesIt);
    } catch (IOException e) {
      throw failed(e);
    }
    json.setPrettyPrinter(new MinimalPrettyPrinter(""));
  }

  /**
   * Writes to a file, or to standard output ({@code -}).
   *
   * @throws IsoglossException OUTPUT_FAILED
   */
  static JsonLines open(String out, Terminal terminal) {
    if (out.equals(InputLines.STANDARD)) {
      return new JsonLines(terminal.out());
    }
    try {
      return new JsonLines(
          new BufferedOutputStream(Files.newOutputStream(Path.of(out)), 1 << 16), true);
    } catch (IOException e) {
      throw new IsoglossException(ErrorCode.OUTPUT_FAILED, "cannot write " + out + ": " + e, e);
    }
  }

  static IsoglossException failed(IOException e) {
    return new IsoglossException(
        ErrorCode.OUTPUT_FAILED, "cannot write the output: " + e.getMessage(), e);
  }

  @Override
  public void write(LineResult result) {
    try {
      json.writeStartObject();
      json.writeStringField("id", result.id());
      switch (result) {
        case LineResult.Vector vector -> write(vector);
        case LineResult.Refusal refusal -> {
          json.writeObjectFieldStart("error");
          json.writeStringField("code", refusal.code());
          json.writeStringField("message", refusal.message());
          json.writeEndObject();
        }
      }
      json.writeEndObject();
      json.writeRaw('\n');
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void write(LineResult.Vector result) throws IOException {
    json.writeStringField("language", result.language());
    json.writeStringField("view", ViewName.of(result.view()).name());
    json.writeStringField("space", result.space());
    json.writeStringField("backbone", result.backbone());
    json.writeStringField("languageModule", result.languageModule().orElse(NONE));
    json.writeStringField("alignmentModule", result.alignmentModule().orElse(NONE));
    json.writeNumberField("dimension", result.vector().length);
    json.writeNumberField("tokens", result.tokens());
    json.writeBooleanField("truncated", result.truncated());
    json.writeArrayFieldStart("vector");
    for (float value : result.vector()) {
      json.writeNumber(value);
    }
    json.writeEndArray();
  }

  @Override
  public void close() {
    try {
      json.close();
    } catch (IOException e) {
      throw failed(e);
    }
  }
}
