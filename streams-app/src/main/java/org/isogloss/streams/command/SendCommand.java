package org.isogloss.streams.command;

import java.io.BufferedInputStream;
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
  @Mixin InputOptions input = new InputOptions();

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
    Optional<String> language = input.language();
    String name = source.isEmpty() ? input.sourceName() : source;
    SentenceSource.Lines lines =
        input
            .file()
            .map(file -> SentenceSource.of(file, language, scope).lines())
            .orElse(() -> new BufferedInputStream(terminal().in()));
    return new SentenceSource(name, language, scope, lines);
  }
}
