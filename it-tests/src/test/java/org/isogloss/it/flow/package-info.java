/**
 * The whole flow in one piece: sentences in, embeddings and mined pairs out, over the embedded
 * broker, over one in another process and, where Docker is, over Kafka's own image; and a backlog
 * within a bounded heap. The parts are wired as the product wires them, with a tiny random backbone
 * on the real engine.
 */
@NullMarked
package org.isogloss.it.flow;

import org.jspecify.annotations.NullMarked;
