package org.isogloss.streams.command;

import java.io.PrintStream;
import java.util.Optional;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaAccess;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** How an error looks: the code with its cause, then the remedy. */
final class ErrorReport {
  private ErrorReport() {}

  /**
   * The exception of ours that stands nearest behind a failure, or one that wraps it; where a
   * cluster refused us, that it did, whatever was wanted of it.
   */
  static IsoglossException codedCause(Throwable failure) {
    Optional<IsoglossException> refusal = KafkaAccess.refusal(failure);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof IsoglossException coded) {
        return coded;
      }
    }
    String message = failure.getMessage();
    String kind = failure.getClass().getSimpleName();
    return new IsoglossException(
        ErrorCode.INTERNAL, message == null ? kind : kind + ": " + message, failure);
  }

  static void print(PrintStream err, Throwable failure, boolean withStackTrace) {
    IsoglossException coded = codedCause(failure);
    print(err, coded.code(), coded.reason());
    if (withStackTrace) {
      failure.printStackTrace(err);
    }
  }

  private static void print(PrintStream err, ErrorCode code, @Nullable String reason) {
    err.println(code.code() + ": " + reason);
    err.println("remedy: " + code.remedy());
  }

  /** For a command wrongly called: the code, the cause, and where help is. */
  static void printUsage(PrintStream err, ParameterException failure) {
    print(err, ErrorCode.BAD_OPTION, failure.getMessage());
    CommandLine command = failure.getCommandLine();
    if (failure instanceof UnmatchedArgumentException unmatched) {
      String suggestions = String.join(", ", unmatched.getSuggestions());
      if (!suggestions.isEmpty()) {
        err.println("perhaps: " + suggestions);
      }
    }
    err.println("help: " + command.getCommandSpec().qualifiedName() + " --help");
  }
}
