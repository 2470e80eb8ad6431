package org.isogloss.streams.route;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.processor.TimestampExtractor;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.record.EncodeRequest;
import org.isogloss.schemas.record.Origin;
import org.isogloss.schemas.topic.HeaderNames;
import org.isogloss.schemas.topic.TextHeaders;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.deadletter.DeadLetter;
import org.isogloss.streams.deadletter.DeadLetters;
import org.isogloss.streams.place.Placement;
import org.isogloss.streams.route.SentenceRouting.Accepted;
import org.isogloss.streams.route.SentenceRouting.Refused;
import org.jspecify.annotations.Nullable;

/** The router as a topology: one source, one processor without state, two sinks. */
final class RouterTopology {
  private static final String SENTENCES = "sentences";
  private static final String ROUTE = "route";
  private static final String REQUESTS = "encode-requests";
  private static final String DEAD_LETTERS = "dead-letters";

  private RouterTopology() {}

  /** A refused record on its way to the sink, with what places it. */
  private record Letter(byte @Nullable [] value, String scope) {}

  static Topology of(RouterOptions options, SentenceRouting routing, RouterMeters meters) {
    AvroCodec<EncodeRequest> requests = AvroCodec.of(EncodeRequest.class);
    ByteArraySerializer keys = new ByteArraySerializer();
    StreamPartitioner<byte[], EncodeRequest> byLanguage =
        (topic, key, request, partitions) ->
            only(
                Placement.forLanguage(
                    request.getLanguage(), request.getId(), partitions, options.homes()));
    StreamPartitioner<byte[], Letter> byScope =
        (topic, key, letter, partitions) ->
            only(DeadLetters.partition(letter.scope(), key, partitions));
    return new Topology()
        .addSource(
            AutoOffsetReset.earliest(),
            SENTENCES,
            anyTime(),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer(),
            options.input())
        .addProcessor(ROUTE, () -> new Router(routing, meters), SENTENCES)
        .addSink(
            REQUESTS,
            options.output(),
            keys,
            (topic, request) -> requests.encode(request),
            byLanguage,
            ROUTE)
        .addSink(
            DEAD_LETTERS,
            Topics.DEAD_LETTERS,
            keys,
            (topic, letter) -> letter.value(),
            byScope,
            ROUTE);
  }

  private static Optional<Set<Integer>> only(int partition) {
    return Optional.of(Set.of(partition));
  }

  /** A record without a time, or from before 1970, must not be passed over or stop the stream. */
  private static TimestampExtractor anyTime() {
    return (entry, partitionTime) ->
        entry.timestamp() >= 0 ? entry.timestamp() : Math.max(0, partitionTime);
  }

  private static final class Router implements Processor<byte[], byte[], byte[], Object> {
    private final SentenceRouting routing;
    private final RouterMeters meters;

    @SuppressWarnings("NullAway.Init")
    private ProcessorContext<byte[], Object> context;

    Router(SentenceRouting routing, RouterMeters meters) {
      this.routing = routing;
      this.meters = meters;
    }

    @Override
    public void init(ProcessorContext<byte[], Object> processorContext) {
      this.context = processorContext;
    }

    @Override
    public void process(Record<byte[], byte[]> sentence) {
      RecordMetadata place = context.recordMetadata().orElseThrow();
      Origin origin = new Origin(place.topic(), place.partition(), place.offset());
      Optional<String> views = TextHeaders.read(sentence.headers(), HeaderNames.VIEWS);
      switch (routing.route(sentence.key(), sentence.value(), views, origin)) {
        case Accepted accepted -> accept(sentence, accepted);
        case Refused refused -> refuse(sentence, refused.letter());
      }
    }

    private void accept(Record<byte[], byte[]> sentence, Accepted accepted) {
      EncodeRequest request = accepted.request();
      Headers headers = new RecordHeaders();
      TextHeaders.put(headers, HeaderNames.LANGUAGE, request.getLanguage());
      TextHeaders.put(
          headers,
          HeaderNames.VIEWS,
          request.getViews().stream().map(Enum::name).collect(Collectors.joining(",")));
      accepted
          .languageFound()
          .ifPresent(
              found -> {
                TextHeaders.put(headers, HeaderNames.LANGUAGE_FOUND, found);
                meters.mismatch(request.getLanguage());
              });
      byte[] key = request.getId().getBytes(StandardCharsets.UTF_8);
      context.forward(new Record<>(key, request, sentence.timestamp(), headers), REQUESTS);
      meters.accepted(request.getLanguage());
    }

    private void refuse(Record<byte[], byte[]> sentence, DeadLetter letter) {
      Headers headers = new RecordHeaders();
      DeadLetters.write(letter, headers);
      // Whoever sends the sentence again must ask for what its sender asked for.
      TextHeaders.read(sentence.headers(), HeaderNames.VIEWS)
          .ifPresent(views -> TextHeaders.put(headers, HeaderNames.VIEWS, views));
      context.forward(
          new Record<>(
              sentence.key(),
              new Letter(sentence.value(), letter.scope()),
              sentence.timestamp(),
              headers),
          DEAD_LETTERS);
      meters.refused(letter.code());
    }
  }
}
