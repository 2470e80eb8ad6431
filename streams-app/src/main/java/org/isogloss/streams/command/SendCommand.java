package org.isogloss.streams.command;

import java.io.BufferedInputStream;
import java.nio.file.Path;
import java.util.Optional;
import org.isogloss.streams.send.SendReport;
import org.isogloss.streams.send.SentenceSender;
import org.isogloss.streams.send.SentenceSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Feeds sentences into a running pipeline. */
@Command(
    name = "send",
    description = {
      "Send a file's lines as sentences into a running pipeline.",
      "A sentence's id is made of the source's name and the line's number: sending again repeats it."
    })
final class SendCommand extends IsoglossCommand {
  @Mixin ClusterOptions cluster = new ClusterOptions();

  @Option(
      names = "--in",
      paramLabel = "F|-",
      required = true,
      description = "A file with one sentence a line, or - for standard input.")
  private String in = "";

  @Option(
      names = "--lang",
      paramLabel = "xx|auto",
      defaultValue = LanguageOption.AUTO,
      description = "The language of every line; auto: identified line by line.")
  private String language = LanguageOption.AUTO;

  @Option(
      names = "--scope",
      paramLabel = "S",
      defaultValue = "",
      description = "Among the sentences of one scope pairs are mined; empty: not mined.")
  private String scope = "";

  @Option(
      names = "--source",
      paramLabel = "NAME",
      defaultValue = "",
      description = "Goes into the ids; the file's own name unless given.")
  private String source = "";

  SendCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    try (SentenceSender sender = SentenceSender.connect(cluster.requireRunning(common.home()));
        Progress progress = Progress.ofUnknownLength(terminal(), "sending")) {
      SendReport report = sender.send(source(), Optional.empty(), progress::update);
      progress.close();
      terminal().note("%d sentences sent", report.sent());
      if (report.refused() > 0) {
        terminal()
            .note(
                "%d lines refused, for they are not UTF-8 or far too long: lines %s%s",
                report.refused(),
                report.firstRefused(),
                report.refused() > report.firstRefused().size() ? " and more" : "");
        return FAILED;
      }
      return DONE;
    }
  }

  private SentenceSource source() {
    Optional<String> settled = LanguageOption.parse(language);
    if (in.equals(InputLines.STANDARD)) {
      return new SentenceSource(
          source.isEmpty() ? "stdin" : source,
          settled,
          scope,
          () -> new BufferedInputStream(terminal().in()));
    }
    SentenceSource file = SentenceSource.of(Path.of(in), settled, scope);
    return source.isEmpty()
        ? file
        : new SentenceSource(source, file.language(), file.scope(), file.lines());
  }
}
