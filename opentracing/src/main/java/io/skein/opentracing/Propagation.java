package io.skein.opentracing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.opentracing.propagation.BinaryExtract;
import io.opentracing.propagation.BinaryInject;
import io.opentracing.propagation.Format;
import io.opentracing.propagation.TextMapExtract;
import io.opentracing.propagation.TextMapInject;
import io.skein.api.spi.PlaceState;
import io.skein.api.spi.TracingProvider;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Contexts in carriers: SkyWalking's three headers, and one for baggage.
 *
 * <p>{@code HTTP_HEADERS} is read whatever the case of the names, {@code TEXT_MAP} is exact; both
 * write names in lower case and values that are safe in a header. The binary form is
 *
 * <pre>
 *   1        version
 *   4 times  length of the value in bytes, as an int with the most significant byte first; the value in UTF-8
 * </pre>
 *
 * in the order of {@link #NAMES}, with a length of 0 for a value that is absent.
 */
final class Propagation {
  /** As they are on the wire, in the order of the binary form. */
  static final List<String> NAMES = List.of("sw8", "sw8-correlation", "sw8-x", Baggage.HEADER);

  /** Nobody but their reader looks into these. */
  private static final List<String> PASSED_ON = NAMES.subList(1, 3);

  private static final byte VERSION = 1;

  /** More than any of the values may be long. */
  private static final int MAX_VALUE = 16 * 1024;

  private Propagation() {}

  // ---- writing

  /**
   * The carrier, if a context can be written so.
   *
   * @throws IllegalArgumentException for a format that is unknown or only for reading, and for a
   *     carrier of another kind
   */
  static Object checkInject(@Nullable Format<?> format, @Nullable Object carrier) {
    if (isText(format) || format == Format.Builtin.TEXT_MAP_INJECT) {
      return check(format, carrier, TextMapInject.class);
    }
    if (format == Format.Builtin.BINARY || format == Format.Builtin.BINARY_INJECT) {
      return check(format, carrier, BinaryInject.class);
    }
    throw new IllegalArgumentException("Cannot inject into the format " + format);
  }

  static void inject(SkeinSpanContext context, Object carrier) {
    Map<String, String> headers = headers(context);
    if (headers.isEmpty()) {
      return;
    }
    if (carrier instanceof TextMapInject text) {
      headers.forEach(text::put);
    } else if (carrier instanceof BinaryInject binary) {
      write(headers, binary);
    }
  }

  /**
   * The context of a span of this process speaks for it; what was received is passed on as it is.
   */
  private static Map<String, String> headers(SkeinSpanContext context) {
    Map<String, String> headers = new LinkedHashMap<>();
    if (context.received != null) {
      headers.putAll(context.received);
    } else if (context.place instanceof io.skein.api.Span span) {
      context.provider.inject(span, headers::put);
    }
    // Without a trace nobody would look for the baggage.
    if (!headers.isEmpty() && !context.baggage.items.isEmpty()) {
      headers.put(Baggage.HEADER, context.baggage.toHeader());
    }
    return headers;
  }

  private static void write(Map<String, String> headers, BinaryInject carrier) {
    byte[][] values = new byte[NAMES.size()][];
    int length = 1;
    for (int i = 0; i < values.length; i++) {
      values[i] = headers.getOrDefault(NAMES.get(i), "").getBytes(UTF_8);
      length += Integer.BYTES + values[i].length;
    }
    ByteBuffer payload = ByteBuffer.allocate(length).put(VERSION);
    for (byte[] value : values) {
      payload.putInt(value.length).put(value);
    }
    // The carrier's byte order is the carrier's business, so it only gets bytes.
    carrier.injectionBuffer(length).put(payload.array());
  }

  // ---- reading

  /** The context that a carrier holds; null when it holds none. */
  static @Nullable SkeinSpanContext extract(
      TracingProvider provider, @Nullable Format<?> format, @Nullable Object carrier) {
    Map<String, String> headers;
    if (isText(format) || format == Format.Builtin.TEXT_MAP_EXTRACT) {
      headers =
          read(check(format, carrier, TextMapExtract.class), format == Format.Builtin.HTTP_HEADERS);
    } else if (format == Format.Builtin.BINARY || format == Format.Builtin.BINARY_EXTRACT) {
      headers = read(check(format, carrier, BinaryExtract.class));
    } else {
      throw new IllegalArgumentException("Cannot extract from the format " + format);
    }
    String header = headers.get(NAMES.get(0));
    if (header == null || header.isBlank()) {
      return null;
    }
    PASSED_ON.forEach(name -> headers.computeIfPresent(name, (key, value) -> safe(value)));
    Object place = provider.extractContext(headers::get);
    if (place == null) {
      return null;
    }
    if (provider.state(place) == PlaceState.INVALID) {
      throw new IllegalArgumentException("The carrier's " + NAMES.get(0) + " is damaged");
    }
    Baggage baggage = Baggage.ofHeader(headers.remove(Baggage.HEADER));
    return new SkeinSpanContext(provider, place, baggage, headers);
  }

  /**
   * Of several with one name the first counts: a record that was sent again carries the old one.
   */
  private static Map<String, String> read(TextMapExtract carrier, boolean anyCase) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (Map.Entry<String, String> entry : carrier) {
      String key = entry.getKey();
      String value = entry.getValue();
      if (key == null || value == null) {
        continue;
      }
      for (int i = 0; i < NAMES.size(); i++) {
        String name = NAMES.get(i);
        if (anyCase ? name.equalsIgnoreCase(key) : name.equals(key)) {
          headers.putIfAbsent(name, value);
        }
      }
    }
    return headers;
  }

  private static Map<String, String> read(BinaryExtract carrier) {
    ByteBuffer given = carrier.extractionBuffer();
    Map<String, String> headers = new LinkedHashMap<>();
    if (given == null || !given.hasRemaining()) {
      return headers;
    }
    ByteBuffer payload = given.slice(); // big-endian, whatever the carrier is
    byte version = payload.get();
    if (version != VERSION) {
      throw new IllegalArgumentException("The carrier holds no context of version " + VERSION);
    }
    for (String name : NAMES) {
      int length = payload.remaining() < Integer.BYTES ? -1 : payload.getInt();
      if (length < 0 || length > payload.remaining() || length > MAX_VALUE) {
        throw new IllegalArgumentException("The carrier's context is cut off or damaged");
      }
      if (length > 0) {
        ByteBuffer value = payload.slice().limit(length);
        payload.position(payload.position() + length);
        headers.put(name, text(value));
      }
    }
    given.position(given.position() + payload.position());
    return headers;
  }

  private static String text(ByteBuffer value) {
    try {
      return UTF_8.newDecoder().decode(value).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("The carrier's context is not UTF-8", e);
    }
  }

  /**
   * The value, or null where it can be no header. It is passed on as it is, and it may have come in
   * a message: a line's end in there would be a header of the sender's own in the next request, or
   * make the client refuse the request.
   */
  private static @Nullable String safe(String value) {
    if (value.length() > MAX_VALUE) {
      return null;
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < ' ' || c > '~') {
        return null;
      }
    }
    return value;
  }

  private static boolean isText(@Nullable Format<?> format) {
    return format == Format.Builtin.TEXT_MAP || format == Format.Builtin.HTTP_HEADERS;
  }

  private static <C> C check(
      @Nullable Format<?> format, @Nullable Object carrier, Class<C> wanted) {
    if (carrier == null || !wanted.isInstance(carrier)) {
      throw new IllegalArgumentException(
          "The format "
              + format
              + " needs a "
              + wanted.getSimpleName()
              + " for its carrier, not "
              + (carrier == null ? "null" : carrier.getClass().getName()));
    }
    return wanted.cast(carrier);
  }
}
