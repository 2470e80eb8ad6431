/**
 * The module registry: what the topic {@code isogloss.modules} says, and how running workers follow
 * it. {@link org.isogloss.streams.registry.ModuleLedger} is the rule, pure and single-threaded; the
 * rest carries it over Kafka.
 */
@NullMarked
package org.isogloss.streams.registry;

import org.jspecify.annotations.NullMarked;
