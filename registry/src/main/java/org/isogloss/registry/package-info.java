/**
 * The module registry: what the topic {@code isogloss.modules} says, and how modules are published,
 * activated, rolled back and retired. The streams and the trainer share it, so that both are
 * serialised with one another and read the topic by one rule.
 *
 * <p>{@link org.isogloss.registry.ModuleLedger} is that rule, pure and single-threaded; the rest
 * carries it over Kafka. The records and their keys stand in {@link
 * org.isogloss.registry.ModuleTopic}. Knows no worker: how those follow the topic is the streams'.
 */
@NullMarked
package org.isogloss.registry;

import org.jspecify.annotations.NullMarked;
