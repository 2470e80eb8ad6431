package org.isogloss.schemas.codec;

import java.util.List;
import org.apache.avro.Schema;
import org.isogloss.schemas.record.ActiveSet;
import org.isogloss.schemas.record.DeadLetterReplay;
import org.isogloss.schemas.record.Embedding;
import org.isogloss.schemas.record.EncodeRequest;
import org.isogloss.schemas.record.EvaluationItem;
import org.isogloss.schemas.record.ModuleAnnouncement;
import org.isogloss.schemas.record.ModuleEvent;
import org.isogloss.schemas.record.ModuleRetirement;
import org.isogloss.schemas.record.Pair;
import org.isogloss.schemas.record.ScopeSealed;
import org.isogloss.schemas.record.Score;
import org.isogloss.schemas.record.Seal;
import org.isogloss.schemas.record.Sentence;
import org.isogloss.schemas.record.TrainingJob;

/** The schemas of this build. */
final class OurSchemas {
  static final List<Schema> ALL =
      List.of(
          Sentence.getClassSchema(),
          EncodeRequest.getClassSchema(),
          Embedding.getClassSchema(),
          Seal.getClassSchema(),
          Pair.getClassSchema(),
          ScopeSealed.getClassSchema(),
          ModuleAnnouncement.getClassSchema(),
          ActiveSet.getClassSchema(),
          ModuleRetirement.getClassSchema(),
          ModuleEvent.getClassSchema(),
          DeadLetterReplay.getClassSchema(),
          EvaluationItem.getClassSchema(),
          Score.getClassSchema(),
          TrainingJob.getClassSchema());
  static final WriterSchemas INSTANCE = WriterSchemas.of(ALL);

  private OurSchemas() {}
}
