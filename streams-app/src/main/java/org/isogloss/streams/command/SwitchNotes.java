package org.isogloss.streams.command;

import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.error.ErrorCode;
import org.isogloss.streams.registry.ModuleListener;

/** Shows every exchange of modules as it happens. */
record SwitchNotes(Terminal terminal) implements ModuleListener {
  @Override
  public void switched(ModuleSelection before, ModuleSelection after) {
    terminal.note("modules: %s: %s -> %s", after.language(), before.text(), after.text());
  }

  @Override
  public void refused(String subject, ErrorCode code, String reason) {
    terminal.note("modules: %s refused: %s %s", subject, code.code(), reason);
  }
}
