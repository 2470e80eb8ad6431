package org.isogloss.trainer.fit;

import java.nio.file.Path;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.space.Digest;

/**
 * A module that was written and serves.
 *
 * @param digest its identity, the digest of its pack
 */
public record FittedModule(Path directory, ModuleManifest manifest, Digest digest) {}
