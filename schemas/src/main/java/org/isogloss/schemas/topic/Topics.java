package org.isogloss.schemas.topic;

/** The names of the topics. */
public final class Topics {
  /** Sentences as they enter; key: sentence id; value: Sentence. */
  public static final String SENTENCES = "isogloss.sentences";

  /** Valid sentences with their language settled; key: sentence id; value: EncodeRequest. */
  public static final String ENCODE_REQUESTS = "isogloss.encode-requests";

  /** Vectors; key: sentence id; value: Embedding. */
  public static final String EMBEDDINGS = "isogloss.embeddings";

  /** Seals; key: scope; value: Seal. Compacted. */
  public static final String SCOPES = "isogloss.scopes";

  /** Mined pairs, and one ScopeSealed a scope. Compacted. */
  public static final String BITEXT = "isogloss.bitext";

  /** Module manifests and active sets. Compacted, one partition. */
  public static final String MODULES = "isogloss.modules";

  /** What became of module versions in each worker. */
  public static final String MODULE_EVENTS = "isogloss.module-events";

  /** What was refused: the original key and bytes, the reason in the headers. */
  public static final String DEAD_LETTERS = "isogloss.dead-letters";

  /**
   * Which refused sentences were sent again; key: the place of the refused sentence; value:
   * DeadLetterReplay. Compacted, one partition.
   */
  public static final String REPLAYS = "isogloss.replays";

  /** Writer schemas by fingerprint. Compacted, one partition. */
  public static final String SCHEMAS = "isogloss.schemas";

  /** Trainings that are wanted; key: job id; value: TrainingJob. Compacted, one partition. */
  public static final String TRAINING_JOBS = "isogloss.training-jobs";

  /** Scores of evaluation runs; key: run, suite, metric, set, view, languages. Compacted. */
  public static final String EVALUATIONS = "isogloss.evaluations";

  private static final String EVALUATION_ITEMS = "isogloss.evaluation-items.";

  private Topics() {}

  /** The items of a suite; key: item id; value: EvaluationItem. Kept for ever. */
  public static String evaluationItems(String suite) {
    return EVALUATION_ITEMS + suite;
  }
}
