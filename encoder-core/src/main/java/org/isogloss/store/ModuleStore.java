package org.isogloss.store;

import java.nio.file.Path;
import org.isogloss.encoder.space.Digest;

/**
 * Where module packs lie, addressed by content: a directory, or a bucket of an object store. What
 * was put never changes. Safe for several threads and processes at once.
 */
public interface ModuleStore {
  /**
   * Stores a pack; storing the same content again does nothing. The pack is there whole or not at
   * all.
   *
   * @throws org.isogloss.error.IsoglossException DIGEST_MISMATCH if the file is not what the digest
   *     says; STORE_UNAVAILABLE if the store cannot take it
   */
  void put(Digest digest, Path pack);

  /**
   * Copies a pack into a new file; when it fails, no file is left.
   *
   * @throws org.isogloss.error.IsoglossException MODULE_MISSING if the store works but lacks it;
   *     STORE_UNAVAILABLE if the store cannot be asked (worth trying again); DIGEST_MISMATCH if
   *     what came is not what the digest says; OUTPUT_FAILED if the file cannot be written, or is
   *     there already
   */
  void get(Digest digest, Path target);

  /** For people: where the store is. */
  String location();
}
