import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericEnumSymbol;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.Utils;

/**
 * Reads topics with Kafka's own client and Apache Avro, knowing nothing of the bridge but the wire format, and prints one JSON
 * object a record; bytes are printed as base64.
 *
 * Arguments: brokers, the registry's URL, topics.
 */
public class Reader {
  static final ObjectMapper json = new ObjectMapper();
  static final HttpClient http = HttpClient.newHttpClient();
  static final Map<Integer, Schema> schemas = new HashMap<>();

  public static void main(String[] args) throws Exception {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", args[0]);
    settings.put("key.deserializer", ByteArrayDeserializer.class.getName());
    settings.put("value.deserializer", ByteArrayDeserializer.class.getName());
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
      List<TopicPartition> partitions = new ArrayList<>();
      Map<String, Integer> counts = new HashMap<>();
      for (int i = 2; i < args.length; i++) {
        counts.put(args[i], consumer.partitionsFor(args[i]).size());
        consumer.partitionsFor(args[i]).forEach(info -> partitions.add(new TopicPartition(info.topic(), info.partition())));
      }
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      long left = consumer.endOffsets(partitions).values().stream().mapToLong(Long::longValue).sum();
      while (left > 0) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
          String line = json.writeValueAsString(describe(record, counts.get(record.topic()), args[1]));
          System.out.writeBytes((line + "\n").getBytes(UTF_8)); // whatever the locale says
          left--;
        }
      }
    }
  }

  static Map<String, Object> describe(ConsumerRecord<byte[], byte[]> record, int partitions, String registry) throws Exception {
    ByteBuffer value = ByteBuffer.wrap(record.value());
    byte magic = value.get();
    int id = value.getInt();
    Schema schema = schemaOf(id, registry);
    BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(record.value(), 5, record.value().length - 5, null);
    Object datum = new GenericDatumReader<Object>(schema).read(null, decoder);
    Map<String, String> headers = new LinkedHashMap<>();
    record.headers().forEach(header -> headers.put(header.key(), new String(header.value())));

    Map<String, Object> described = new LinkedHashMap<>();
    described.put("topic", record.topic());
    described.put("partition", record.partition());
    described.put("partitionByMurmur2", Utils.toPositive(Utils.murmur2(record.key())) % partitions);
    described.put("offset", record.offset());
    described.put("timestamp", record.timestamp());
    described.put("key", new String(record.key()));
    described.put("headers", headers);
    described.put("magic", magic);
    described.put("schemaId", id);
    described.put("schemaName", schema.getFullName());
    described.put("readToTheEnd", decoder.isEnd());
    described.put("value", plain(datum));
    return described;
  }

  static Schema schemaOf(int id, String registry) throws Exception {
    Schema known = schemas.get(id);
    if (known != null) return known;
    HttpRequest request = HttpRequest.newBuilder(URI.create(registry + "/schemas/ids/" + id)).build();
    JsonNode answer = json.readTree(http.send(request, HttpResponse.BodyHandlers.ofString()).body());
    Schema schema = new Schema.Parser().parse(answer.get("schema").asText());
    schemas.put(id, schema);
    return schema;
  }

  static Object plain(Object datum) {
    if (datum instanceof IndexedRecord record) {
      Map<String, Object> fields = new LinkedHashMap<>();
      record.getSchema().getFields().forEach(field -> fields.put(field.name(), plain(record.get(field.pos()))));
      return fields;
    }
    if (datum instanceof Map<?, ?> map) {
      Map<String, Object> entries = new LinkedHashMap<>();
      map.forEach((key, value) -> entries.put(key.toString(), plain(value)));
      return entries;
    }
    if (datum instanceof List<?> list) return list.stream().map(Reader::plain).toList();
    if (datum instanceof ByteBuffer bytes) return Base64.getEncoder().encodeToString(bytes.array());
    if (datum instanceof CharSequence || datum instanceof GenericEnumSymbol<?>) return datum.toString();
    return datum;
  }
}
