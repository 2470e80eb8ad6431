package org.isogloss.streams.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.isogloss.encoder.encode.Encoded;
import org.isogloss.encoder.encode.Rejected;
import org.isogloss.encoder.encode.SentenceVector;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.Provenance;
import org.isogloss.error.ErrorCode;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.codec.VectorBytes;
import org.isogloss.schemas.record.Embedding;
import org.isogloss.schemas.record.EncodeRequest;
import org.isogloss.schemas.record.ModuleVersion;
import org.isogloss.schemas.record.Origin;
import org.isogloss.schemas.record.VectorType;
import org.isogloss.schemas.record.View;
import org.isogloss.schemas.topic.HeaderNames;
import org.isogloss.schemas.topic.TextHeaders;
import org.isogloss.streams.deadletter.DeadLetter;
import org.isogloss.streams.deadletter.DeadLetters;
import org.isogloss.streams.deadletter.Stage;
import org.isogloss.streams.place.Placement;
import org.jspecify.annotations.Nullable;

/**
 * The records a request ends in: an embedding per view, or a dead letter. A record too large for
 * its topic ends as a dead letter here, before a transaction would fail on it. Safe for several
 * threads.
 */
final class Outputs {
  /** What a record takes in the log beyond its value: key, headers and framing. */
  private static final int OVERHEAD_BYTES = 2048;

  private final AvroCodec<Embedding> codec = AvroCodec.of(Embedding.class);
  private final String topic;
  private final VectorType type;
  private final int partitions;
  private final int deadLetterPartitions;
  private final int maxRecordBytes;

  /**
   * @param partitions of the topic of embeddings
   * @param maxRecordBytes the largest record that topic takes
   */
  Outputs(
      String topic, VectorType type, int partitions, int deadLetterPartitions, int maxRecordBytes) {
    this.topic = topic;
    this.type = type;
    this.partitions = partitions;
    this.deadLetterPartitions = deadLetterPartitions;
    this.maxRecordBytes = maxRecordBytes;
  }

  /** One embedding a vector, or one dead letter if any of them is too large. */
  List<ProducerRecord<byte[], byte[]>> embeddings(
      ConsumerRecord<byte[], byte[]> input, EncodeRequest request, Encoded encoded) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(encoded.vectors().size());
    byte[] key = request.getId().getBytes(UTF_8);
    for (SentenceVector vector : encoded.vectors()) {
      byte[] value = codec.encode(embedding(request, encoded, vector));
      if (value.length + key.length + OVERHEAD_BYTES > maxRecordBytes) {
        return List.of(
            deadLetter(
                input,
                request,
                new Rejected(
                    ErrorCode.SEND_FAILED,
                    "the embedding has %d bytes; %s takes %d"
                        .formatted(value.length, topic, maxRecordBytes)),
                true));
      }
      ProducerRecord<byte[], byte[]> record =
          new ProducerRecord<>(
              topic,
              Placement.forScope(request.getScope(), request.getId(), partitions),
              key,
              value);
      headers(record.headers(), request.getLanguage(), vector);
      records.add(record);
    }
    return List.copyOf(records);
  }

  /**
   * @param original whether it carries the original bytes
   */
  ProducerRecord<byte[], byte[]> deadLetter(
      ConsumerRecord<byte[], byte[]> input,
      EncodeRequest request,
      Rejected rejected,
      boolean original) {
    return letter(
        input, original ? input.value() : null, request.getScope(), request.getOrigin(), rejected);
  }

  /**
   * Of a request that cannot be read: its own place is all that is known of its origin.
   *
   * @param original whether it carries the original bytes
   */
  ProducerRecord<byte[], byte[]> undecodable(
      ConsumerRecord<byte[], byte[]> input, Rejected rejected, boolean original) {
    return letter(
        input,
        original ? input.value() : null,
        "",
        new Origin(input.topic(), input.partition(), input.offset()),
        rejected);
  }

  private ProducerRecord<byte[], byte[]> letter(
      ConsumerRecord<byte[], byte[]> input,
      byte @Nullable [] value,
      String scope,
      Origin origin,
      Rejected rejected) {
    return DeadLetters.record(
        new DeadLetter(Stage.ENCODE, rejected.code().code(), rejected.message(), scope, origin),
        input.key(),
        value,
        deadLetterPartitions);
  }

  private Embedding embedding(EncodeRequest request, Encoded encoded, SentenceVector vector) {
    Provenance provenance = vector.provenance();
    return Embedding.newBuilder()
        .setId(request.getId())
        .setLanguage(request.getLanguage())
        .setView(view(provenance.view()))
        .setSpace(provenance.space().value())
        .setBackbone(provenance.backbone().hex())
        .setLayers(provenance.layers())
        .setLanguageModule(provenance.languageModule().map(Outputs::version).orElse(null))
        .setAlignmentModule(provenance.alignmentModule().map(Outputs::version).orElse(null))
        .setDimension(vector.values().length)
        .setType(type)
        .setVector(VectorBytes.encode(vector.values(), type))
        .setTokens(encoded.tokens())
        .setTruncated(encoded.truncated())
        .setText(request.getText())
        .setScope(request.getScope())
        .setSource(request.getSource())
        .setOrigin(request.getOrigin())
        .build();
  }

  private void headers(Headers headers, String language, SentenceVector vector) {
    Provenance provenance = vector.provenance();
    TextHeaders.put(headers, HeaderNames.LANGUAGE, language);
    TextHeaders.put(headers, HeaderNames.VIEW, provenance.view().name());
    TextHeaders.put(headers, HeaderNames.SPACE, provenance.space().value());
    TextHeaders.put(headers, HeaderNames.BACKBONE, provenance.backbone().hex());
    TextHeaders.put(headers, HeaderNames.LANGUAGE_MODULE, name(provenance.languageModule()));
    TextHeaders.put(headers, HeaderNames.ALIGNMENT_MODULE, name(provenance.alignmentModule()));
    TextHeaders.put(headers, HeaderNames.DIMENSION, Integer.toString(vector.values().length));
    TextHeaders.put(headers, HeaderNames.TYPE, type.name());
  }

  static View view(org.isogloss.encoder.space.View view) {
    return switch (view) {
      case MONOLINGUAL -> View.MONOLINGUAL;
      case CROSS_LINGUAL -> View.CROSS_LINGUAL;
    };
  }

  static org.isogloss.encoder.space.View view(View view) {
    return switch (view) {
      case MONOLINGUAL -> org.isogloss.encoder.space.View.MONOLINGUAL;
      case CROSS_LINGUAL -> org.isogloss.encoder.space.View.CROSS_LINGUAL;
    };
  }

  private static ModuleVersion version(ModuleReference module) {
    return new ModuleVersion(module.name(), module.digest().hex());
  }

  private static String name(Optional<ModuleReference> module) {
    return module.map(ModuleReference::name).orElse("none");
  }
}
