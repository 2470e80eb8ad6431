package org.isogloss.streams.command;

import java.nio.file.Path;
import org.isogloss.metrics.suite.Suite;
import org.isogloss.metrics.suite.SuiteReader;
import org.isogloss.streams.evaluate.TrackLanguages;
import org.isogloss.streams.identify.ScriptAndModelIdentifier;

/** A suite as a folder gives it, every sentence under its own language. */
final class SuiteFolder {
  private SuiteFolder() {}

  static Suite read(Path folder, String name, Terminal terminal) {
    return TrackLanguages.settled(
        SuiteReader.read(folder, name),
        ScriptAndModelIdentifier.load(ScriptAndModelIdentifier.DEFAULT_LANGUAGES),
        text -> terminal.note("%s", text));
  }
}
