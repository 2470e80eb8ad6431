package org.isogloss.trainer.command;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.isogloss.trainer.fit.LentSentenceEncoding;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which module lends its sentence encoding to the one that is made. */
final class SentenceEncodingOption {
  static final String NAME = "--sentence-encoding-of";
  static final String RANK = "--sentence-encoding-rank";

  @Option(
      names = NAME,
      paramLabel = "DIR",
      description = {
        "A language module, of any language, whose sentence encoding the new one begins with: LoRA",
        "learnt in one language serves another, which may have no paraphrases."
      })
  private @Nullable Path module;

  @Option(
      names = RANK,
      paramLabel = "N",
      description = "Cuts what is lent to a lower rank, to the nearest there is of it.")
  private @Nullable Integer rank;

  void check(TrainerCommand command) {
    command.require(
        rank == null || module != null, RANK + " cuts what is lent: give " + NAME + " DIR");
    command.require(rank == null || rank >= 1, RANK + " must be at least 1");
  }

  Optional<LentSentenceEncoding.Lender> of() {
    return Optional.ofNullable(module)
        .map(
            lender ->
                new LentSentenceEncoding.Lender(
                    lender, rank == null ? OptionalInt.empty() : OptionalInt.of(rank)));
  }
}
