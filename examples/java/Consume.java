// Prints pushes as JSON lines. KAFKA_BROKERS=... SCHEMA_REGISTRY_URL=... java ... Consume.java [records] [seconds]
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.*;
import java.util.*;
import org.apache.avro.Schema;
import org.apache.avro.generic.*;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.*;

public class Consume {
  static final Map<String, String> env = System.getenv();
  static final Map<Integer, Schema> schemas = new HashMap<>();
  static final ObjectMapper json = new ObjectMapper();

  static Schema schema(int id) throws Exception {
    var registry = env.getOrDefault("SCHEMA_REGISTRY_URL", "http://localhost:8081");
    var url = URI.create(registry + "/schemas/ids/" + id).toURL();
    if (!schemas.containsKey(id))
      schemas.put(id, new Schema.Parser().parse(json.readTree(url).get("schema").asText()));
    return schemas.get(id);
  }

  /** Byte 0 is zero, bytes 1 to 4 are the id of the schema, the rest is Avro. */
  static GenericRecord decode(byte[] value) throws Exception {
    var buffer = ByteBuffer.wrap(value);
    if (buffer.get() != 0) throw new Exception("not in Confluent wire format");
    var reader = new GenericDatumReader<GenericRecord>(schema(buffer.getInt()));
    return reader.read(null, DecoderFactory.get().binaryDecoder(value, 5, value.length - 5, null));
  }

  public static void main(String[] args) throws Exception {
    var records = args.length > 0 ? Integer.parseInt(args[0]) : 10;
    var end = Instant.now().plusSeconds(args.length > 1 ? Integer.parseInt(args[1]) : 30);
    var prefix = env.getOrDefault("KAFKA_TOPIC_PREFIX", "");
    var settings = Map.<String, Object>of("group.id", prefix + "example-java", "max.poll.records", 1,
        "bootstrap.servers", env.getOrDefault("KAFKA_BROKERS", "localhost:9092"),
        "auto.offset.reset", "earliest", "enable.auto.commit", false);
    try (var kafka = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
      kafka.subscribe(List.of(prefix + "gitlab.push", prefix + "gitlab.tag_push"));
      while (records > 0 && Instant.now().isBefore(end)) {
        for (var message : kafka.poll(Duration.ofMillis(500))) {
          var push = decode(message.value());
          var delivery = (GenericRecord) push.get("delivery");
          var line = json.createObjectNode().put("key", message.key());
          line.put("event", "" + delivery.get("event_type")).put("delivery", "" + delivery.get("id"));
          line.put("time", "" + Instant.ofEpochMilli((Long) delivery.get("received_at")));
          var user = Objects.toString(push.get("user_username"), null);
          line.put("ref", "" + push.get("ref")).put("user_username", user);
          line.put("commits", ((List<?>) push.get("commits")).size());
          System.out.writeBytes((line + "\n").getBytes("UTF-8"));
          kafka.commitSync(); // the offset moves after the record is handled
          records--;
        }
      }
    }
  }
}
