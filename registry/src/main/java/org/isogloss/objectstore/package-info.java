/**
 * The module store in a bucket of any store that speaks S3, by the SDK of AWS; and the choice
 * between a bucket and a directory by the location that a person names.
 *
 * <p>A pack is the object {@code PREFIX/ab/abcdef….isogloss}, ab being the first two digits of its
 * SHA-256: the layout of {@link org.isogloss.store.DirectoryModuleStore}, so that a directory can
 * be copied into a bucket and back. An object is there whole or not at all, which the store
 * promises.
 *
 * <p>Credentials are found by the SDK (environment, profile, role of the machine) and never pass
 * through here, so nothing of ours can print them. Knows no Kafka and no registry.
 */
@NullMarked
package org.isogloss.objectstore;

import org.jspecify.annotations.NullMarked;
