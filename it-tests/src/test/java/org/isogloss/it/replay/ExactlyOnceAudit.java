package org.isogloss.it.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.util.ClassSecurityValidator;
import org.apache.avro.util.ClassSecurityValidator.ClassSecurityPredicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.isogloss.schemas.record.Embedding;
import org.isogloss.schemas.record.ModuleVersion;
import org.isogloss.schemas.record.Sentence;
import org.isogloss.schemas.record.VectorType;

/**
 * Judges committed records: every record of {@code isogloss.sentences} must end in exactly one
 * embedding per requested view or in exactly one dead letter, and every vector must say what made
 * it. For one thread, for one judgement.
 */
public final class ExactlyOnceAudit {
  private static final String SENTENCES = "isogloss.sentences";
  private static final String DEFAULT_VIEW = "CROSS_LINGUAL";
  private static final Set<String> DECIDING_STAGES = Set.of("route", "encode");
  private static final Pattern ORIGIN = Pattern.compile("(.+)/(\\d+)@(\\d+)");
  private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern CODE = Pattern.compile("ISO-\\d{3}");
  private static final double UNIT_LENGTH_TOLERANCE = 1e-3;

  static {
    // Avro loads only classes it is told to trust.
    ClassSecurityPredicate others = ClassSecurityValidator.getGlobal();
    ClassSecurityValidator.setGlobal(
        type -> type.getPackage() == Sentence.class.getPackage() || others.isTrusted(type));
  }

  private final Map<Place, Fate> fates = new TreeMap<>();
  private final Map<Place, String> refused = new TreeMap<>();
  private final List<String> violations = new ArrayList<>();
  private final ExpectedVectors expectedVectors;
  private final double vectorTolerance;
  private int embeddings;

  private ExactlyOnceAudit(ExpectedVectors expectedVectors, double vectorTolerance) {
    this.expectedVectors = expectedVectors;
    this.vectorTolerance = vectorTolerance;
  }

  /**
   * Judges.
   *
   * @param vectorTolerance the largest difference of one value
   */
  public static AuditReport of(
      List<ConsumerRecord<byte[], byte[]>> sentences,
      List<ConsumerRecord<byte[], byte[]>> embeddings,
      List<ConsumerRecord<byte[], byte[]>> deadLetters,
      ExpectedVectors expectedVectors,
      double vectorTolerance) {
    ExactlyOnceAudit audit = new ExactlyOnceAudit(expectedVectors, vectorTolerance);
    sentences.forEach(record -> audit.fates.put(place(record), new Fate(record)));
    embeddings.forEach(audit::embedding);
    deadLetters.forEach(audit::deadLetter);
    return audit.report(sentences.size());
  }

  private AuditReport report(int sentences) {
    List<Place> unfinished = new ArrayList<>();
    fates.forEach(
        (place, fate) -> {
          Set<String> views = requestedViews(fate.sentence);
          if (fate.deadLetters > 1) {
            violations.add(place + " has " + fate.deadLetters + " dead letters");
          }
          if (fate.deadLetters > 0 && !fate.embeddings.isEmpty()) {
            violations.add(place + " has a dead letter and embeddings " + fate.embeddings);
          }
          fate.embeddings.forEach(
              (view, count) -> {
                if (count > 1) {
                  violations.add(place + " has " + count + " embeddings of the view " + view);
                }
                if (!views.contains(view)) {
                  violations.add(place + " has an embedding of " + view + ", asked for " + views);
                }
              });
          if (fate.deadLetters == 0 && !fate.embeddings.keySet().containsAll(views)) {
            unfinished.add(place);
          }
        });
    return new AuditReport(sentences, embeddings, refused, unfinished, violations);
  }

  private void embedding(ConsumerRecord<byte[], byte[]> record) {
    embeddings++;
    String where = "embedding " + place(record);
    Embedding embedding;
    try {
      embedding = Embedding.fromByteBuffer(ByteBuffer.wrap(record.value()));
    } catch (IOException | AvroRuntimeException e) {
      violations.add(where + " cannot be decoded: " + e);
      return;
    }
    Place origin =
        new Place(embedding.getOrigin().getPartition(), embedding.getOrigin().getOffset());
    Fate fate = fates.get(origin);
    if (fate == null || !embedding.getOrigin().getTopic().equals(SENTENCES)) {
      violations.add(where + " comes from nowhere: " + embedding.getOrigin());
      return;
    }
    fate.embeddings.merge(embedding.getView().name(), 1, Integer::sum);
    require(where, "key is id", new String(record.key(), UTF_8).equals(embedding.getId()));
    requireSameSentence(where, embedding, fate.sentence);
    requireProvenance(where, embedding, record);
    requireVector(where, embedding);
  }

  private void requireSameSentence(
      String where, Embedding embedding, ConsumerRecord<byte[], byte[]> input) {
    Optional<Sentence> decoded = sentence(input);
    if (decoded.isEmpty()) {
      violations.add(where + " was made of a record that is no sentence");
      return;
    }
    Sentence sentence = decoded.get();
    require(where, "same id", embedding.getId().equals(sentence.getId()));
    require(
        where,
        "same text in NFC",
        embedding.getText().equals(Normalizer.normalize(sentence.getText(), Normalizer.Form.NFC)));
    require(where, "same scope", embedding.getScope().equals(sentence.getScope()));
    require(where, "same source", embedding.getSource().equals(sentence.getSource()));
    require(
        where,
        "same language",
        sentence
            .getLanguage()
            .map(embedding.getLanguage()::equals)
            .orElse(!embedding.getLanguage().isEmpty()));
  }

  private void requireProvenance(
      String where, Embedding embedding, ConsumerRecord<byte[], byte[]> record) {
    require(where, "a space", !embedding.getSpace().isBlank());
    require(where, "a backbone", SHA_256.matcher(embedding.getBackbone()).matches());
    require(where, "layers", embedding.getLayers() > 0);
    require(where, "tokens", embedding.getTokens() > 0);
    Map<String, String> expected = new HashMap<>();
    expected.put("language", embedding.getLanguage());
    expected.put("view", embedding.getView().name());
    expected.put("space", embedding.getSpace());
    expected.put("backbone", embedding.getBackbone());
    expected.put("dimension", Integer.toString(embedding.getDimension()));
    expected.put("type", embedding.getType().name());
    expected.put(
        "languageModule", embedding.getLanguageModule().map(ModuleVersion::getName).orElse("none"));
    expected.put(
        "alignmentModule",
        embedding.getAlignmentModule().map(ModuleVersion::getName).orElse("none"));
    expected.forEach(
        (name, value) -> {
          String found = header(record, name).orElse("(absent)");
          require(where, "header " + name + " " + found + " is " + value, found.equals(value));
        });
  }

  private void requireVector(String where, Embedding embedding) {
    ByteBuffer bytes = embedding.getVector().duplicate().order(ByteOrder.LITTLE_ENDIAN);
    int width = embedding.getType() == VectorType.FP32 ? Float.BYTES : Short.BYTES;
    if (bytes.remaining() != embedding.getDimension() * width) {
      violations.add(where + " has " + bytes.remaining() + " bytes of vector");
      return;
    }
    float[] vector = new float[embedding.getDimension()];
    double squares = 0;
    for (int i = 0; i < vector.length; i++) {
      vector[i] =
          embedding.getType() == VectorType.FP32
              ? bytes.getFloat()
              : Float.float16ToFloat(bytes.getShort());
      squares += (double) vector[i] * vector[i];
    }
    require(
        where, "unit length " + squares, Math.abs(Math.sqrt(squares) - 1) < UNIT_LENGTH_TOLERANCE);
    float[] expected = expectedVectors.of(embedding).orElse(null);
    if (expected != null) {
      float worst = expected.length == vector.length ? 0 : Float.POSITIVE_INFINITY;
      for (int i = 0; i < Math.min(vector.length, expected.length); i++) {
        worst = Math.max(worst, Math.abs(vector[i] - expected[i]));
      }
      require(where, "the vector of its own text, off by " + worst, worst <= vectorTolerance);
    }
  }

  private void deadLetter(ConsumerRecord<byte[], byte[]> record) {
    String where = "dead letter " + place(record);
    String stage = header(record, "stage").orElse("(absent)");
    if (stage.equals("mine")) {
      return;
    }
    Matcher origin = ORIGIN.matcher(header(record, "origin").orElse(""));
    if (!DECIDING_STAGES.contains(stage) || !origin.matches()) {
      violations.add(where + " has the stage " + stage + " and no readable origin");
      return;
    }
    String code = header(record, "code").orElse("(absent)");
    require(where, "a code: " + code, CODE.matcher(code).matches());
    require(where, "a message", header(record, "message").isPresent());
    require(where, "a scope", header(record, "scope").isPresent());
    Place place = new Place(Integer.parseInt(origin.group(2)), Long.parseLong(origin.group(3)));
    Fate fate = fates.get(place);
    if (fate == null || !origin.group(1).equals(SENTENCES)) {
      violations.add(where + " comes from nowhere: " + origin.group());
      return;
    }
    fate.deadLetters++;
    refused.put(place, code);
    require(where, "the original key", Arrays.equals(record.key(), fate.sentence.key()));
    if (stage.equals("route")) {
      require(where, "the original bytes", Arrays.equals(record.value(), fate.sentence.value()));
    }
  }

  private static Set<String> requestedViews(ConsumerRecord<byte[], byte[]> input) {
    Set<String> views = new TreeSet<>();
    header(input, "views").ifPresent(text -> views.addAll(Arrays.asList(text.split("\\s*,\\s*"))));
    if (views.isEmpty()) {
      views.add(DEFAULT_VIEW);
    }
    sentence(input)
        .filter(sentence -> !sentence.getScope().isEmpty())
        .ifPresent(sentence -> views.add(DEFAULT_VIEW));
    return views;
  }

  private static Optional<Sentence> sentence(ConsumerRecord<byte[], byte[]> input) {
    if (input.value() == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Sentence.fromByteBuffer(ByteBuffer.wrap(input.value())));
    } catch (IOException | AvroRuntimeException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> header(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null ? Optional.empty() : Optional.of(new String(header.value(), UTF_8));
  }

  private static Place place(ConsumerRecord<byte[], byte[]> record) {
    return new Place(record.partition(), record.offset());
  }

  private void require(String where, String what, boolean holds) {
    if (!holds) {
      violations.add(where + " violates: " + what);
    }
  }

  private static final class Fate {
    final ConsumerRecord<byte[], byte[]> sentence;
    final Map<String, Integer> embeddings = new TreeMap<>();
    int deadLetters;

    Fate(ConsumerRecord<byte[], byte[]> sentence) {
      this.sentence = sentence;
    }
  }
}
