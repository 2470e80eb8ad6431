package org.isogloss.kafka;

import java.util.Map;

/**
 * A topic as it should be created.
 *
 * @param partitions how many, at least one
 * @param configuration topic properties, Kafka's names
 */
public record TopicSpec(String name, int partitions, Map<String, String> configuration) {
  public TopicSpec {
    if (name.isBlank() || partitions < 1) {
      throw new IllegalArgumentException(
          "no topic: " + name + " with " + partitions + " partitions");
    }
    configuration = Map.copyOf(configuration);
  }
}
