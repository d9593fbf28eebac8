package io.skein.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;

/**
 * The {@code sw8} header as the protocol describes it. Written here a second time and apart from
 * core, so that a mistake in core's codec cannot hide itself.
 */
public record Sw8Header(
    String traceId,
    String segmentId,
    int spanId,
    String service,
    String instance,
    String endpoint,
    String address) {

  /** A caller that is no process of ours. */
  public static Sw8Header ofCaller() {
    return new Sw8Header(
        "5cc1a5d3e7b24f0c9a1b2c3d4e5f6071.41.17000000000010000",
        "5cc1a5d3e7b24f0c9a1b2c3d4e5f6071.41.17000000000010001",
        3,
        "caller",
        "caller-1@10.0.0.9",
        "GET:/called-from",
        "shop.example:8080");
  }

  public static Sw8Header parse(String text) {
    String[] parts = text.split("-", -1);
    if (parts.length != 8 || !parts[0].equals("1")) {
      throw new IllegalArgumentException("not an sw8 header of a sampled trace: " + text);
    }
    return new Sw8Header(
        decode(parts[1]),
        decode(parts[2]),
        Integer.parseInt(parts[3]),
        decode(parts[4]),
        decode(parts[5]),
        decode(parts[6]),
        decode(parts[7]));
  }

  /** The header's value. */
  public String text() {
    return String.join(
        "-",
        "1",
        encode(traceId),
        encode(segmentId),
        Integer.toString(spanId),
        encode(service),
        encode(instance),
        encode(endpoint),
        encode(address));
  }

  private static String encode(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  private static String decode(String text) {
    return new String(Base64.getDecoder().decode(text), UTF_8);
  }
}
