package org.isogloss.encoder.encode;

import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.Pooling;

/**
 * What an encoder is made of.
 *
 * @param backboneName for people, such as {@code mbert}
 * @param maxTokens sentences longer than this, special tokens included, are truncated and flagged
 * @param device such as {@code cpu} or {@code cuda:0}
 * @param precision such as {@code fp32}
 */
public record EncoderDescription(
    String backboneName,
    Digest backbone,
    int layers,
    Pooling pooling,
    int dimension,
    int maxTokens,
    String device,
    String precision) {}
