// Prints pushes as JSON lines. KAFKA_BROKERS=… SCHEMA_REGISTRY_URL=… java -cp 'jars/*' Consume.java [records] [seconds]
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
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

  static Schema schema(int id) throws IOException {
    if (!schemas.containsKey(id)) {
      var url = URI.create(env.getOrDefault("SCHEMA_REGISTRY_URL", "http://localhost:8081") + "/schemas/ids/" + id).toURL();
      schemas.put(id, new Schema.Parser().parse(json.readTree(url).get("schema").asText()));
    }
    return schemas.get(id);
  }

  /** Byte 0 is zero, bytes 1 to 4 are the schema's id, the rest is Avro. */
  static GenericRecord decode(byte[] value) throws IOException {
    var buffer = ByteBuffer.wrap(value);
    if (buffer.get() != 0) throw new IOException("not in Confluent wire format");
    var reader = new GenericDatumReader<GenericRecord>(schema(buffer.getInt()));
    return reader.read(null, DecoderFactory.get().binaryDecoder(value, 5, value.length - 5, null));
  }

  public static void main(String[] args) throws Exception {
    var records = args.length > 0 ? Integer.parseInt(args[0]) : 10;
    var deadline = Instant.now().plusSeconds(args.length > 1 ? Integer.parseInt(args[1]) : 30);
    var prefix = env.getOrDefault("KAFKA_TOPIC_PREFIX", "");
    var settings = Map.<String, Object>of("bootstrap.servers", env.getOrDefault("KAFKA_BROKERS", "localhost:9092"),
        "group.id", prefix + "example-java", "auto.offset.reset", "earliest", "max.poll.records", 1,
        "enable.auto.commit", false); // an offset moves once its record is handled, not before
    try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(prefix + "gitlab.push", prefix + "gitlab.tag_push"));
      while (records > 0 && Instant.now().isBefore(deadline)) {
        for (var message : consumer.poll(Duration.ofMillis(500))) {
          var push = decode(message.value());
          var delivery = (GenericRecord) push.get("delivery");
          var line = json.createObjectNode().put("key", message.key()).put("event", delivery.get("event_type").toString())
              .put("delivery", delivery.get("id").toString()).put("time", Instant.ofEpochMilli((Long) delivery.get("received_at")).toString())
              .put("ref", push.get("ref").toString()).put("user_username", Objects.toString(push.get("user_username"), null))
              .put("commits", ((List<?>) push.get("commits")).size());
          System.out.writeBytes((line + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
          consumer.commitSync();
          records--;
        }
      }
    }
  }
}
