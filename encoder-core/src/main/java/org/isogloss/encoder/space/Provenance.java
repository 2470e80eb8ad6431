package org.isogloss.encoder.space;

import java.util.Optional;

/**
 * What made a vector. Every vector of the system carries one.
 *
 * @param space the vector may be compared with vectors of this space only
 * @param languageModule empty: the bare backbone
 * @param alignmentModule empty: none, which the cross-lingual view says openly
 */
public record Provenance(
    View view,
    SpaceId space,
    Digest backbone,
    int layers,
    Optional<ModuleReference> languageModule,
    Optional<ModuleReference> alignmentModule) {}
