package org.isogloss.streams.command;

import java.util.Optional;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.SpaceDefinition;
import org.isogloss.encoder.space.SpaceId;
import org.isogloss.encoder.space.View;
import org.isogloss.registry.ModuleLedger.Version;

/** The space that a module's vectors lie in. */
final class ModuleSpace {
  private ModuleSpace() {}

  /**
   * Of a language module the monolingual space, which is its own; of an alignment the cross-lingual
   * space of the pivot it was made for.
   */
  static SpaceId of(Version version) {
    ModuleManifest.Common common = version.manifest().common();
    View view =
        switch (version.manifest()) {
          case ModuleManifest.Language language -> View.MONOLINGUAL;
          case ModuleManifest.Alignment alignment -> View.CROSS_LINGUAL;
        };
    Optional<Digest> deciding =
        switch (version.manifest()) {
          case ModuleManifest.Language language -> Optional.of(version.reference().digest());
          case ModuleManifest.Alignment alignment -> alignment.pivot();
        };
    return new SpaceDefinition(
            common.backbone(),
            common.layers(),
            common.pooling(),
            true,
            common.dimension(),
            "",
            view,
            deciding)
        .id();
  }
}
