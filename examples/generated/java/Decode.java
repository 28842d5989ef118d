// Reads one value of gitlab.push from standard input and prints it as JSON. SCHEMA_REGISTRY_URL=... java ... Decode
import com.fasterxml.jackson.databind.ObjectMapper;
import gitlab_bridge.Push;
import java.net.URI;
import java.nio.ByteBuffer;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericEnumSymbol;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;

public class Decode {
  static final ObjectMapper json = new ObjectMapper();

  static Schema writerSchema(int id) throws Exception {
    var url = URI.create(System.getenv("SCHEMA_REGISTRY_URL") + "/schemas/ids/" + id).toURL();
    return new Schema.Parser().parse(json.readTree(url).get("schema").asText());
  }

  /** Byte 0 is zero, bytes 1 to 4 are the id of the writer's schema, the rest is Avro. */
  static Push decode(byte[] value) throws Exception {
    var buffer = ByteBuffer.wrap(value);
    if (buffer.get() != 0) throw new Exception("not in Confluent wire format");
    var reader = new SpecificDatumReader<Push>(writerSchema(buffer.getInt()), Push.getClassSchema());
    return reader.read(null, DecoderFactory.get().binaryDecoder(value, 5, value.length - 5, null));
  }

  /** Avro's symbol. In Java, the constant of a symbol that is a word of Java ends with `$`: `private$`. */
  static <E extends Enum<E> & GenericEnumSymbol<E>> String symbol(E constant) {
    return constant.getSchema().getEnumSymbols().get(constant.ordinal());
  }

  public static void main(String[] args) throws Exception {
    var push = decode(System.in.readAllBytes());
    var line = json.createObjectNode().put("delivery", push.getDelivery().getId());
    line.put("fact_basis", symbol(push.getDelivery().getFactBasis()));
    line.put("received_at", push.getDelivery().getReceivedAt().toString());
    line.put("ref", push.getRef()).put("user_username", push.getUserUsername());
    line.put("visibility", symbol(push.getProject().getVisibility()));
    line.put("commits", push.getCommits().size());
    System.out.writeBytes((line + "\n").getBytes("UTF-8"));
  }
}
