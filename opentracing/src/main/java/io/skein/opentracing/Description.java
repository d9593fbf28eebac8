package io.skein.opentracing;

import io.opentracing.log.Fields;
import io.opentracing.tag.Tags;
import io.skein.api.Component;
import io.skein.api.Layer;
import io.skein.api.Span;
import io.skein.api.spi.SpanKind;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What OpenTracing's standard tags mean for a span of SkyWalking's kind.
 *
 * <table>
 *   <caption>Mapping</caption>
 *   <tr><th>tags</th><th>span</th></tr>
 *   <tr><td>span.kind server, consumer</td><td>entry</td></tr>
 *   <tr><td>span.kind client, producer, and a peer</td><td>exit</td></tr>
 *   <tr><td>none of these, parent read from a carrier</td><td>entry</td></tr>
 *   <tr><td>otherwise</td><td>local</td></tr>
 *   <tr><td>peer.address, else peer.hostname or peer.ipv4 or peer.ipv6, and peer.port, else peer.service</td><td>peer</td></tr>
 *   <tr><td>component</td><td>component if its number is known, else the tag</td></tr>
 *   <tr><td>error</td><td>the error flag</td></tr>
 *   <tr><td>http.*</td><td>the same tags, layer HTTP</td></tr>
 *   <tr><td>db.*</td><td>the same tags, layer Database</td></tr>
 *   <tr><td>message_bus.destination</td><td>the same tag and mq.topic, layer MQ</td></tr>
 *   <tr><td>sampling.priority</td><td>above 0: a trace that begins here is recorded; 0: this segment is not</td></tr>
 *   <tr><td>all others</td><td>the same tags</td></tr>
 * </table>
 *
 * <p>Tags come in any order and may change until the end, so this is decided at the end; and once
 * before, for what a header has to say. Guarded by the span it belongs to.
 */
final class Description {
  /** The tags that mean something here; others go straight to the span. */
  private static final Set<String> MEANT =
      Set.of(
          Tags.SPAN_KIND.getKey(),
          Tags.COMPONENT.getKey(),
          Tags.ERROR.getKey(),
          Tags.SAMPLING_PRIORITY.getKey(),
          Tags.DB_TYPE.getKey(),
          Tags.MESSAGE_BUS_DESTINATION.getKey(),
          Tags.PEER_SERVICE.getKey(),
          Tags.PEER_HOSTNAME.getKey(),
          Tags.PEER_HOST_IPV4.getKey(),
          Tags.PEER_HOST_IPV6.getKey(),
          Tags.PEER_PORT.getKey(),
          "peer.address");

  private final Map<String, Object> meant = new HashMap<>();
  private boolean http;
  private boolean database;

  /** Takes note of a tag; whether it is to be shown as a tag, too. */
  boolean put(String key, Object value) {
    http |= key.startsWith("http.");
    database |= key.startsWith("db.");
    if (!MEANT.contains(key)) {
      return true;
    }
    meant.put(key, value);
    return !key.equals(Tags.ERROR.getKey())
        && !key.equals(Tags.COMPONENT.getKey())
        && !key.equals(Tags.SAMPLING_PRIORITY.getKey());
  }

  private @Nullable String text(String key) {
    Object value = meant.get(key);
    String text = value == null ? "" : text(value);
    return text.isEmpty() ? null : text;
  }

  /**
   * Whether the trace is wanted: above 0 it is, at 0 it is not; null where nobody said, or
   * something that is no number.
   */
  @Nullable Boolean wanted() {
    String priority = text(Tags.SAMPLING_PRIORITY.getKey());
    try {
      return priority == null ? null : Double.parseDouble(priority) > 0;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  boolean failed() {
    Object error = meant.get(Tags.ERROR.getKey());
    return error != null && isTrue(error);
  }

  boolean calls() {
    String kind = text(Tags.SPAN_KIND.getKey());
    return Tags.SPAN_KIND_CLIENT.equals(kind) || Tags.SPAN_KIND_PRODUCER.equals(kind);
  }

  /**
   * What kind of span it is by now.
   *
   * @param fromOutside whether its parent was read from a carrier
   * @param served whether it is inside a request that is recorded as an entry already: then it is
   *     no second one, which would count the request twice
   */
  SpanKind kind(boolean fromOutside, boolean served) {
    String kind = text(Tags.SPAN_KIND.getKey());
    if (calls()) {
      return peer() == null ? SpanKind.LOCAL : SpanKind.EXIT;
    }
    boolean serves = Tags.SPAN_KIND_SERVER.equals(kind) || Tags.SPAN_KIND_CONSUMER.equals(kind);
    return (serves && !served) || fromOutside ? SpanKind.ENTRY : SpanKind.LOCAL;
  }

  /** Whom it calls, as far as is known by now; null where it is no call. */
  @Nullable String called() {
    return calls() ? peer() : null;
  }

  /** The other side's address, or whatever is known of it. */
  @Nullable String peer() {
    String address = text("peer.address");
    if (address != null) {
      return address;
    }
    String port = text(Tags.PEER_PORT.getKey());
    String host = text(Tags.PEER_HOSTNAME.getKey());
    if (host == null) {
      host = ipv4();
    }
    if (host == null) {
      host = text(Tags.PEER_HOST_IPV6.getKey());
      if (host != null && port != null && host.indexOf(':') >= 0 && !host.startsWith("[")) {
        host = "[" + host + "]";
      }
    }
    if (host != null) {
      return port == null ? host : host + ":" + port;
    }
    return text(Tags.PEER_SERVICE.getKey());
  }

  /** The tag may hold the address as a number. */
  private @Nullable String ipv4() {
    if (meant.get(Tags.PEER_HOST_IPV4.getKey()) instanceof Number number) {
      int bits = number.intValue();
      return (bits >>> 24)
          + "."
          + (bits >>> 16 & 255)
          + "."
          + (bits >>> 8 & 255)
          + "."
          + (bits & 255);
    }
    return text(Tags.PEER_HOST_IPV4.getKey());
  }

  /** Says to the span what is only known at its end. */
  void complete(Span span, SpanKind kind) {
    String peer = kind == SpanKind.LOCAL ? null : peer();
    if (peer != null) {
      span.peer(peer);
    }
    String component = text(Tags.COMPONENT.getKey());
    if (component != null) {
      Component known = Components.find(component, calls(), text(Tags.DB_TYPE.getKey()));
      if (known == null) {
        span.tag(Tags.COMPONENT.getKey(), component);
      } else {
        span.component(known);
      }
    }
    String destination = text(Tags.MESSAGE_BUS_DESTINATION.getKey());
    if (destination != null) {
      span.layer(Layer.MQ).tag(io.skein.api.Tags.MQ_TOPIC, destination);
    } else if (database) {
      span.layer(Layer.DATABASE);
    } else if (http) {
      span.layer(Layer.HTTP);
    }
    if (failed()) {
      span.error();
    }
  }

  // ---- values

  /** OpenTracing has strings, booleans and numbers; whatever else comes, as it says itself. */
  static String text(Object value) {
    try {
      return String.valueOf(value);
    } catch (RuntimeException e) { // a number class of the application's
      return value.getClass().getName();
    }
  }

  static boolean isTrue(Object value) {
    return text(value).equalsIgnoreCase("true");
  }

  /** OpenTracing has microseconds, SkyWalking milliseconds; 0 stays "now". */
  static long millis(long micros) {
    return micros <= 0 ? 0 : Math.max(1, micros / 1000);
  }

  /**
   * Log fields as texts, as many as can be read from the application's map. An error object also
   * says what it is, where the application has not.
   */
  static Map<String, String> texts(Map<String, ?> fields) {
    Map<String, String> texts = new LinkedHashMap<>();
    try {
      Object error = null;
      for (Map.Entry<String, ?> field : fields.entrySet()) {
        String key = field.getKey();
        Object value = field.getValue();
        if (key != null && value != null) {
          texts.put(key, text(value));
          if (key.equals(Fields.ERROR_OBJECT)) {
            error = value;
          }
        }
      }
      if (error instanceof Throwable thrown) {
        describe(thrown, texts);
      }
    } catch (RuntimeException e) {
      return texts; // a map that somebody changes meanwhile, or that is none
    }
    return texts;
  }

  private static void describe(Throwable error, Map<String, String> texts) {
    texts.putIfAbsent(Fields.ERROR_KIND, error.getClass().getName());
    String message = StackText.message(error);
    if (message != null) {
      texts.putIfAbsent(Fields.MESSAGE, message);
    }
    if (!texts.containsKey(Fields.STACK)) {
      texts.put(Fields.STACK, StackText.of(error));
    }
  }
}
