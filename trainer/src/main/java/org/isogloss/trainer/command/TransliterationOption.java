package org.isogloss.trainer.command;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.isogloss.encoder.module.Manifests;
import org.isogloss.encoder.module.Transliteration;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The rules through which a language module reads text. */
final class TransliterationOption {
  static final String NAME = "--transliteration";

  @Option(
      names = NAME,
      paramLabel = "FILE",
      description = {
        "Rules that bring text into the spelling that the tokenizer knows, from another script for",
        "one: JSON, as a manifest has it (docs/training.md). Else those of --language-module."
      })
  private @Nullable Path file;

  boolean isGiven() {
    return file != null;
  }

  /**
   * Reads them.
   *
   * @throws IsoglossException BAD_INPUT_FILE, naming the file and what is wrong
   */
  Optional<Transliteration> rules() {
    if (file == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          Manifests.readTransliteration(
              Files.readString(file, StandardCharsets.UTF_8), file.toString()));
    } catch (CharacterCodingException e) {
      throw new IsoglossException(ErrorCode.BAD_INPUT_FILE, file + " is not UTF-8", e);
    } catch (IOException e) {
      throw new IsoglossException(ErrorCode.BAD_INPUT_FILE, file + " cannot be read: " + e, e);
    } catch (IsoglossException e) {
      throw new IsoglossException(ErrorCode.BAD_INPUT_FILE, e.reason(), e);
    }
  }
}
