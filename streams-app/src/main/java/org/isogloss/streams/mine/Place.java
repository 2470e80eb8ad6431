package org.isogloss.streams.mine;

import org.isogloss.schemas.record.Origin;
import org.isogloss.schemas.topic.Topics;

/** A sentence's place in {@code isogloss.sentences}; the lowest place wins among equal ids. */
record Place(int partition, long offset) {
  static Place of(Origin origin) {
    return new Place(origin.getPartition(), origin.getOffset());
  }

  Origin origin() {
    return new Origin(Topics.SENTENCES, partition, offset);
  }
}
