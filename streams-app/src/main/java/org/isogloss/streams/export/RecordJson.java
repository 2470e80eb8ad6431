package org.isogloss.streams.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.isogloss.schemas.codec.AnyRecordDecoder;
import org.isogloss.schemas.codec.UndecodableRecordException;
import org.isogloss.schemas.codec.UnknownSchemaException;
import org.isogloss.schemas.codec.VectorBytes;
import org.isogloss.schemas.codec.WriterSchemas;
import org.isogloss.schemas.record.Embedding;
import org.isogloss.schemas.record.VectorType;
import org.isogloss.schemas.topic.Topics;
import org.jspecify.annotations.Nullable;

/** One record as one line of JSON; the package describes it. Safe for use by many threads. */
final class RecordJson {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final String EMBEDDING = Embedding.getClassSchema().getFullName();

  private final AnyRecordDecoder decoder;

  RecordJson(WriterSchemas schemas) {
    decoder = new AnyRecordDecoder(schemas);
  }

  /** The line, without its end. */
  String line(ConsumerRecord<byte[], byte[]> record) {
    ObjectNode line = NODES.objectNode();
    line.put("topic", record.topic());
    line.put("partition", record.partition());
    line.put("offset", record.offset());
    line.put("timestamp", record.timestamp());
    if (record.key() == null) {
      line.putNull("key");
    } else {
      text(record.key())
          .ifPresentOrElse(
              key -> line.put("key", key), () -> line.put("keyBase64", base64(record.key())));
    }
    ObjectNode headers = line.putObject("headers");
    for (Header header : record.headers()) {
      headers.set(header.key(), header(header.value()));
    }
    value(line, record);
    try {
      return MAPPER.writeValueAsString(line);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree is always JSON", e);
    }
  }

  private static JsonNode header(byte @Nullable [] value) {
    if (value == null) {
      return NODES.nullNode();
    }
    return text(value)
        .<JsonNode>map(NODES::textNode)
        .orElseGet(() -> NODES.objectNode().put("base64", base64(value)));
  }

  private void value(ObjectNode line, ConsumerRecord<byte[], byte[]> record) {
    byte[] value = record.value();
    if (value == null) {
      line.putNull("value");
      return;
    }
    if (record.topic().equals(Topics.SCHEMAS)) {
      Optional<JsonNode> schema = text(value).flatMap(RecordJson::parsed);
      if (schema.isPresent()) {
        line.set("value", schema.get());
        return;
      }
    }
    try {
      GenericRecord decoded = decoder.decode(value);
      line.put("record", decoded.getSchema().getName());
      line.set("value", object(decoded));
    } catch (UndecodableRecordException | UnknownSchemaException e) {
      line.put("valueBase64", base64(value));
    }
  }

  private static Optional<JsonNode> parsed(String json) {
    try {
      return Optional.of(MAPPER.readTree(json));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private static ObjectNode object(GenericRecord record) {
    ObjectNode object = NODES.objectNode();
    for (Schema.Field field : record.getSchema().getFields()) {
      object.set(
          field.name(),
          isVector(record, field) ? vector(record, field) : node(record.get(field.pos())));
    }
    return object;
  }

  private static boolean isVector(GenericRecord record, Schema.Field field) {
    return record.getSchema().getFullName().equals(EMBEDDING) && field.name().equals("vector");
  }

  private static JsonNode vector(GenericRecord record, Schema.Field field) {
    if (record.get(field.pos()) instanceof ByteBuffer bytes
        && record.hasField("type")
        && record.get("dimension") instanceof Integer dimension) {
      try {
        float[] values =
            VectorBytes.decode(
                bytes, VectorType.valueOf(String.valueOf(record.get("type"))), dimension);
        ArrayNode array = NODES.arrayNode(values.length);
        for (float value : values) {
          array.add(value);
        }
        return array;
      } catch (UndecodableRecordException | IllegalArgumentException e) {
        // Another version's form of a vector: told as the bytes it is.
        return node(bytes);
      }
    }
    return node(record.get(field.pos()));
  }

  private static JsonNode node(@Nullable Object value) {
    return switch (value) {
      case null -> NODES.nullNode();
      case GenericRecord record -> object(record);
      case ByteBuffer bytes -> {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        yield NODES.textNode(base64(copy));
      }
      case Boolean flag -> NODES.booleanNode(flag);
      case Integer number -> NODES.numberNode(number);
      case Long number -> NODES.numberNode(number);
      case Float number -> NODES.numberNode(number);
      case Double number -> NODES.numberNode(number);
      case List<?> list -> {
        ArrayNode array = NODES.arrayNode(list.size());
        list.forEach(each -> array.add(node(each)));
        yield array;
      }
      case Map<?, ?> map -> {
        ObjectNode object = NODES.objectNode();
        map.forEach((key, each) -> object.set(String.valueOf(key), node(each)));
        yield object;
      }
      default -> NODES.textNode(value.toString());
    };
  }

  private static Optional<String> text(byte[] bytes) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
