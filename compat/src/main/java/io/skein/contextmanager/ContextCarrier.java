package io.skein.contextmanager;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What goes with a call, or came with one.
 *
 * <p>{@link #serialize} and {@link #deserialize} are about the header that says where the trace
 * goes on. Correlation and extension have headers of their own: to pass them on as well, copy
 * {@link #items} into the request, and give each header of a request that came in to {@link #set}.
 *
 * <p>Reads {@code sw8} and the older {@code sw6}, and writes {@code sw8}. Whatever it is given, it
 * does not throw; what cannot be read is as good as nothing. Belongs to one thread.
 */
public final class ContextCarrier {
  /** The header that {@link #serialize} is the value of. */
  public static final String HEADER = "sw8";

  /** The header of version 2 of the protocol. */
  public static final String HEADER_V2 = "sw6";

  private static final String CORRELATION = "sw8-correlation";
  private static final String EXTENSION = "sw8-x";

  /** Twice what the protocol allows. */
  private static final int MAX_LENGTH = 4096;

  /** As much as a header may have at most servers. */
  private static final int MAX_PASSED_ON = 8192;

  private static final int V3_PARTS = 8;
  private static final int V2_PARTS = 9;

  private final Map<String, String> headers = new LinkedHashMap<>();

  /** The header's text for a call; empty when there is no trace to continue. */
  public String serialize() {
    return headers.getOrDefault(HEADER, "");
  }

  /**
   * Takes a header's text, {@code sw8} or {@code sw6}, whichever it is; null, empty and damaged
   * texts leave an empty carrier.
   */
  public ContextCarrier deserialize(@Nullable String text) {
    headers.remove(HEADER);
    String sw8 = text == null || text.length() > MAX_LENGTH ? null : read(text.strip());
    if (sw8 != null) {
      headers.put(HEADER, sw8);
    }
    return this;
  }

  /** Takes one header of a request, its name in any case; those that are not ours are left out. */
  public ContextCarrier set(@Nullable String name, @Nullable String value) {
    if (name == null || value == null) {
      return this;
    }
    String key = name.toLowerCase(Locale.ROOT);
    switch (key) {
      case HEADER, HEADER_V2 -> {
        if (!isValid()) { // sw8 counts more than sw6, whichever comes first
          deserialize(value);
        } else if (key.equals(HEADER)) {
          ContextCarrier other = new ContextCarrier().deserialize(value);
          if (other.isValid()) {
            headers.put(HEADER, other.serialize());
          }
        }
      }
      case CORRELATION, EXTENSION -> {
        if (isSafe(value)) {
          headers.put(key, value);
        }
      }
      default -> {}
    }
    return this;
  }

  /** All headers for a call, by name. */
  public Map<String, String> items() {
    return Collections.unmodifiableMap(headers);
  }

  /** Whether there is a trace to continue. */
  public boolean isValid() {
    return headers.containsKey(HEADER);
  }

  /** The id of the trace; empty when there is none. */
  public String getTraceId() {
    String[] parts = serialize().split("-", -1);
    String id = parts.length == V3_PARTS ? decoded(parts[1]) : null;
    return id == null ? "" : id;
  }

  boolean isEmpty() {
    return headers.isEmpty();
  }

  @Nullable String get(String name) {
    return headers.get(name);
  }

  void clear() {
    headers.clear();
  }

  private static @Nullable String read(String text) {
    String[] parts = text.split("-", -1);
    if (parts.length < V3_PARTS
        || parts.length > V2_PARTS
        || !(parts[0].equals("1") || parts[0].equals("0"))) {
      return null;
    }
    if (parts.length == V2_PARTS) {
      return fromV2(parts);
    }
    if (text.equals("0-------")) {
      return text; // not recorded, and said so
    }
    for (int i = 1; i < V3_PARTS; i++) {
      if (i == 3 ? !isNumber(parts[i]) : decoded(parts[i]) == null) {
        return null;
      }
    }
    return text;
  }

  /**
   * Says in {@code sw8} what {@code sw6} says. Ids are texts to us, so the trace and its segments
   * keep theirs; the caller's service was only known by a number, which stays a number.
   */
  private static @Nullable String fromV2(String[] parts) {
    String traceId = decoded(parts[1]);
    String segmentId = decoded(parts[2]);
    String peer = name(parts[6]);
    String endpoint = name(parts[8]);
    if (endpoint == null) {
      endpoint = name(parts[7]);
    }
    if (traceId == null
        || segmentId == null
        || !isNumber(parts[3])
        || !isNumber(parts[4])
        || !isNumber(parts[5])) {
      return null;
    }
    String sw8 =
        String.join(
            "-",
            parts[0],
            encoded(traceId),
            encoded(segmentId),
            parts[3],
            encoded("unknown-service"),
            encoded("instance " + parts[4]),
            encoded(endpoint == null ? "unknown-endpoint" : endpoint),
            encoded(peer == null ? "unknown-peer" : peer));
    return sw8.length() > MAX_LENGTH ? null : sw8; // it says two things more than the other one
  }

  /** A text is written {@code #text} there, and a number stands for one that was registered. */
  private static @Nullable String name(String part) {
    String text = decoded(part);
    return text != null && text.length() > 1 && text.charAt(0) == '#' ? text.substring(1) : null;
  }

  private static @Nullable String decoded(String part) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(part));
      String text = UTF_8.newDecoder().decode(bytes).toString();
      return text.isEmpty() ? null : text;
    } catch (IllegalArgumentException | CharacterCodingException e) {
      return null;
    }
  }

  private static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  /**
   * Whether it can be a header again. It is passed on as it came, and it need not have come in a
   * header: a line's end in a message would be a header of the sender's own in the next request.
   */
  private static boolean isSafe(String value) {
    if (value.length() > MAX_PASSED_ON) {
      return false;
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < ' ' || c > '~') {
        return false;
      }
    }
    return true;
  }

  private static boolean isNumber(String part) {
    if (part.isEmpty() || part.length() > 10) {
      return false;
    }
    for (int i = 0; i < part.length(); i++) {
      if (part.charAt(i) < '0' || part.charAt(i) > '9') {
        return false;
      }
    }
    return Long.parseLong(part) <= Integer.MAX_VALUE;
  }

  @Override
  public String toString() {
    return headers.toString();
  }
}
