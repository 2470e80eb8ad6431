package org.isogloss.streams.command;

import java.nio.file.Path;
import java.util.List;
import org.isogloss.encoder.space.Digest;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.store.ModuleStore;

/** Whether the module store that was named answers. */
final class StoreChecks {
  private static final String STORE = "store";

  /** Of nothing that was ever packed: a store that works says that it lacks this. */
  private static final Digest NOBODYS = Digest.of("isogloss doctor");

  private StoreChecks() {}

  /** Nothing where none was named: what lies in the home is made when it is needed. */
  static List<Finding> findings(ModuleOptions options, Path home) {
    if (!options.isNamed()) {
      return List.of();
    }
    try {
      return List.of(ask(options.store(home)));
    } catch (IsoglossException e) {
      return List.of(Finding.Broken.of(STORE, e));
    }
  }

  private static Finding ask(ModuleStore store) {
    try (TemporaryDirectory folder = TemporaryDirectory.create()) {
      store.get(NOBODYS, folder.path().resolve("nobodys"));
      return new Finding.Good(STORE, store.location() + " answers");
    } catch (IsoglossException e) {
      if (e.code() == ErrorCode.MODULE_MISSING) {
        return new Finding.Good(STORE, store.location() + " answers");
      }
      return Finding.Broken.of(STORE, e);
    }
  }
}
