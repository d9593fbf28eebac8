package io.skein.wire.decode;

import io.skein.wire.model.InstancePing;
import io.skein.wire.model.InstanceProperties;
import io.skein.wire.model.KeyValue;
import java.util.ArrayList;
import java.util.List;

/** Reads what agents tell about themselves (wire-v3, section 5). */
public final class ManagementReader {
  // Java agents list every jar in one property; the number of properties itself is below twenty.
  private static final int MAX_PROPERTIES = 10_000;

  private ManagementReader() {}

  /** Reads an {@code InstanceProperties}. */
  public static InstanceProperties instanceProperties(byte[] bytes)
      throws MalformedMessageException {
    ProtoReader in = new ProtoReader(bytes);
    String service = "";
    String instance = "";
    List<KeyValue> properties = new ArrayList<>();
    String layer = "";
    while (in.next()) {
      if (in.is(1, ProtoReader.BYTES)) {
        service = in.text();
      } else if (in.is(2, ProtoReader.BYTES)) {
        instance = in.text();
      } else if (in.is(3, ProtoReader.BYTES)) {
        if (properties.size() == MAX_PROPERTIES) {
          throw new MalformedMessageException(
              MalformedMessageException.TOO_MANY,
              "more than " + MAX_PROPERTIES + " properties of one instance");
        }
        int outer = in.enter();
        properties.add(SegmentReader.keyValueBody(in));
        in.leave(outer);
      } else if (in.is(4, ProtoReader.BYTES)) {
        layer = in.text();
      } else {
        in.skip();
      }
    }
    return new InstanceProperties(service, instance, properties, layer);
  }

  /** Reads an {@code InstancePingPkg}. */
  public static InstancePing instancePing(byte[] bytes) throws MalformedMessageException {
    ProtoReader in = new ProtoReader(bytes);
    // Indexed by field number.
    String[] texts = {"", "", "", ""};
    while (in.next()) {
      if (in.wireType() == ProtoReader.BYTES && in.field() < texts.length) {
        texts[in.field()] = in.text();
      } else {
        in.skip();
      }
    }
    return new InstancePing(texts[1], texts[2], texts[3]);
  }
}
