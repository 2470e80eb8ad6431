package org.isogloss.trainer.full;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.BackboneWriter;
import org.isogloss.encoder.backbone.EncodingRecipe;
import org.isogloss.encoder.engine.EncoderOptions;
import org.isogloss.encoder.engine.TrainableLanguage;
import org.isogloss.encoder.engine.TrainingEncoder;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.Pooling;
import org.isogloss.encoder.tokenize.SentenceTokenizer;
import org.isogloss.encoder.tokenize.TokenSequence;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.trainer.adapt.AdaptationTask;
import org.isogloss.trainer.adapt.MaskPiece;
import org.isogloss.trainer.adapt.Masking;
import org.isogloss.trainer.data.DataFile;
import org.isogloss.trainer.data.KnownMatches;
import org.isogloss.trainer.data.NewFolder;
import org.isogloss.trainer.data.ParaphraseCorpus;
import org.isogloss.trainer.loop.LoopListener;
import org.isogloss.trainer.loop.LoopResult;
import org.isogloss.trainer.loop.TrainingLoop;
import org.isogloss.trainer.loop.TrainingTask;
import org.isogloss.trainer.sentence.SentenceEncodingData;
import org.isogloss.trainer.sentence.SentenceEncodingTask;

/** Trains the monolithic encoder. For one thread. */
public final class FullTrainer {
  /** What a checkpoint says of its training. */
  public static final String RECORD = "training.json";

  private static final int FEWEST = 50;
  private static final int SPECIAL_PIECES = 2;

  private final EncoderOptions options;
  private final LongSupplier nanoClock;
  private final LoopListener listener;

  /**
   * @param options layers that are trained and written, pooling, length limit, threads
   */
  public FullTrainer(EncoderOptions options, LongSupplier nanoClock, LoopListener listener) {
    this.options = options;
    this.nanoClock = nanoClock;
    this.listener = listener;
  }

  /**
   * Trains.
   *
   * @param backbone folder of the checkpoint to begin from
   * @param out the new checkpoint's folder, which must not exist
   * @return per stage what {@link LoopResult} calls the first and the best score
   * @throws IsoglossException TOO_LITTLE_DATA, TRAINING_DIVERGED, TRAINING_STOPPED, BAD_CHECKPOINT,
   *     OUTPUT_FAILED; UNSUPPORTED_MODEL for a checkpoint that wants more than the mean
   */
  public Map<String, Double> train(FullData data, FullSettings settings, Path backbone, Path out) {
    NewFolder.requireAbsent(out);
    requirePlain(backbone);
    Path work = out.resolveSibling(out.getFileName() + ".training");
    try {
      Path from = backbone;
      ObjectNode record = new JsonMapper().createObjectNode();
      for (FullStage stage : settings.stages()) {
        boolean last = stage == settings.stages().getLast();
        Path weights = last ? out : work.resolve(stage.label() + "-weights");
        if (!Files.exists(weights)) {
          record = train(stage, data, settings, from, record, work, weights);
        } else {
          record = known(weights, fingerprint(stage, data, settings, from));
        }
        from = weights;
      }
      return scores(record);
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.OUTPUT_FAILED, out + " cannot be made: " + e.getMessage(), e);
    }
  }

  /** What is written keeps weights, configuration and tokenizer: a recipe would be lost. */
  private static void requirePlain(Path backbone) {
    EncodingRecipe recipe = EncodingRecipe.read(backbone);
    if (recipe.pooling() != Pooling.MEAN
        || recipe.dense().isPresent()
        || !recipe.textPrefix().isEmpty()) {
      throw new IsoglossException(
          ErrorCode.UNSUPPORTED_MODEL,
          backbone
              + " wants another pooling, a dense layer or a prefix, and training all weights"
              + " keeps none of these");
    }
  }

  private ObjectNode train(
      FullStage stage,
      FullData data,
      FullSettings settings,
      Path from,
      ObjectNode before,
      Path work,
      Path weights)
      throws IOException {
    String fingerprint = fingerprint(stage, data, settings, from);
    LoopResult result = learn(stage, data, settings, from, work, fingerprint);
    try (Backbone backbone = Backbone.open(from)) {
      ObjectNode record = before.deepCopy();
      add(record, stage, data, settings, backbone, result, fingerprint);
      BackboneWriter.write(
          weights,
          backbone,
          options.layers(),
          result.best(),
          Map.of("format", "pt"),
          Map.of(
              RECORD, new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(record)));
      forget(work.resolve(stage.label()));
      return record;
    }
  }

  /** The checkpoint is not kept open: its mapped pages would count beside the copies that learn. */
  private LoopResult learn(
      FullStage stage,
      FullData data,
      FullSettings settings,
      Path from,
      Path work,
      String fingerprint) {
    TrainingEncoder opened;
    try (Backbone backbone = Backbone.open(from)) {
      opened = TrainingEncoder.openWhole(backbone, options, TrainingEncoder.Arithmetic.SINGLE);
    }
    try (TrainingEncoder encoder = opened;
        TrainableLanguage learner =
            encoder.whole(stage == FullStage.MASKED, settings.of(stage).optimiser())) {
      return new TrainingLoop(settings.of(stage).loop(), nanoClock, listener)
          .run(
              task(stage, data, settings, from, learner, fingerprint),
              work.resolve(stage.label()),
              "monolithic encoder, " + stage.label());
    }
  }

  /** A stage's checkpoints are three times its weights, and of no use once those are written. */
  private static void forget(Path stage) throws IOException {
    try (DirectoryStream<Path> checkpoints = Files.newDirectoryStream(stage, "*.safetensors")) {
      for (Path file : checkpoints) {
        Files.delete(file);
      }
    }
  }

  private TrainingTask task(
      FullStage stage,
      FullData data,
      FullSettings settings,
      Path from,
      TrainableLanguage learner,
      String fingerprint) {
    try (Backbone backbone = Backbone.open(from);
        SentenceTokenizer tokenizer = backbone.openTokenizer()) {
      return switch (stage) {
        case MASKED -> masked(data, settings, backbone, tokenizer, learner, fingerprint);
        case MONOLINGUAL -> ranking(data.paraphrases(), settings, tokenizer, learner, fingerprint);
        case CROSS_LINGUAL ->
            ranking(data.crossLingual(), settings, tokenizer, learner, fingerprint);
      };
    }
  }

  private AdaptationTask masked(
      FullData data,
      FullSettings settings,
      Backbone backbone,
      SentenceTokenizer tokenizer,
      TrainableLanguage learner,
      String fingerprint) {
    List<String> byDigest =
        data.text().sentences().stream()
            .sorted(Comparator.comparing(text -> Digest.of(text.getBytes(UTF_8)).hex()))
            .toList();
    int held = Math.min(settings.masked().heldOut(), byDigest.size() / 10);
    List<TokenSequence> scored = tokens(byDigest.subList(0, held), tokenizer);
    List<TokenSequence> learnt = tokens(byDigest.subList(held, byDigest.size()), tokenizer);
    requireEnough("sentences", learnt.size(), scored.size());
    return new AdaptationTask(
        learner,
        new Masking(MaskPiece.id(backbone.directory()), backbone.config().vocabularySize()),
        settings.masked().loop().seed(),
        learnt,
        scored,
        fingerprint);
  }

  private List<TokenSequence> tokens(List<String> texts, SentenceTokenizer tokenizer) {
    return texts.stream()
        .map(text -> tokenizer.tokenize(text, options.maxTokens()))
        .filter(tokens -> tokens.length() > SPECIAL_PIECES)
        .toList();
  }

  private SentenceEncodingTask ranking(
      ParaphraseCorpus corpus,
      FullSettings settings,
      SentenceTokenizer tokenizer,
      TrainableLanguage learner,
      String fingerprint) {
    SentenceEncodingData data = new SentenceEncodingData.Paraphrases(corpus);
    List<ParaphraseCorpus.Paraphrase> scored = data.heldOut(settings.contrastive().heldOut());
    List<SentenceEncodingTask.Pair> learnt = pairs(data.learnt(scored), tokenizer);
    requireEnough("pairs", learnt.size(), scored.size());
    return new SentenceEncodingTask(
        learner,
        settings.scale(),
        learnt,
        pairs(scored, tokenizer),
        KnownMatches.ofParaphrases(data.known()),
        0,
        settings.contrastive().loop().seed(),
        fingerprint);
  }

  private List<SentenceEncodingTask.Pair> pairs(
      List<ParaphraseCorpus.Paraphrase> pairs, SentenceTokenizer tokenizer) {
    return pairs.stream()
        .map(
            pair ->
                new SentenceEncodingTask.Pair(
                    sentence(pair.first(), tokenizer), sentence(pair.second(), tokenizer)))
        .toList();
  }

  private SentenceEncodingTask.Sentence sentence(String text, SentenceTokenizer tokenizer) {
    return new SentenceEncodingTask.Sentence(
        tokenizer.tokenize(text, options.maxTokens()), KnownMatches.key(text));
  }

  private static void requireEnough(String what, int learnt, int scored) {
    if (learnt < FEWEST || scored < FEWEST / 10) {
      throw new IsoglossException(
          ErrorCode.TOO_LITTLE_DATA,
          "%d %s and %d held-out ones are left to train on".formatted(learnt, what, scored));
    }
  }

  private String fingerprint(FullStage stage, FullData data, FullSettings settings, Path from) {
    try (Backbone backbone = Backbone.open(from)) {
      return fingerprint(stage, data, settings, backbone);
    }
  }

  /** Everything that decides what is learnt and what it is measured on. */
  private String fingerprint(FullStage stage, FullData data, FullSettings settings, Backbone from) {
    return "full %s from:%s layers:%d tokens:%d %s scale:%s data:%s"
        .formatted(
            stage.label(),
            from.digest().abbreviated(),
            options.layers(),
            options.maxTokens(),
            settings.of(stage),
            settings.scale(),
            DataFile.contents(data.files(stage)));
  }

  private void add(
      ObjectNode record,
      FullStage stage,
      FullData data,
      FullSettings settings,
      Backbone from,
      LoopResult result,
      String fingerprint) {
    if (record.isEmpty()) {
      record.put("method", "monolithic");
      record.put("backbone", from.digest().hex());
      record.put("layers", options.layers());
      record.put("licence", settings.of(stage).licence());
      ArrayNode languages = record.putArray("languages");
      data.languages().forEach(languages::add);
    }
    record.put("fingerprint", fingerprint);
    ObjectNode node = record.withObjectProperty("stages").putObject(stage.label());
    settings.of(stage).lineage(result).forEach(node::put);
    DataFile.lineage(data.files(stage)).forEach(node::put);
    node.put("first_score", result.firstScore());
    node.put("best_score", result.bestScore());
  }

  /** What is written already, if it is of the same data and settings. */
  private static ObjectNode known(Path weights, String fingerprint) throws IOException {
    if (new JsonMapper().readTree(weights.resolve(RECORD).toFile()) instanceof ObjectNode record
        && record.path("fingerprint").asText().equals(fingerprint)) {
      return record;
    }
    throw new IsoglossException(
        ErrorCode.BAD_CHECKPOINT, weights + " is of other data or settings");
  }

  private static Map<String, Double> scores(ObjectNode record) {
    Map<String, Double> scores = new TreeMap<>();
    record
        .path("stages")
        .properties()
        .forEach(
            stage -> {
              scores.put(
                  stage.getKey() + "_first_score", stage.getValue().path("first_score").asDouble());
              scores.put(
                  stage.getKey() + "_best_score", stage.getValue().path("best_score").asDouble());
            });
    return scores;
  }
}
