package io.skein.core;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import org.jspecify.annotations.Nullable;

/**
 * The headers that carry a trace between processes.
 *
 * <pre>
 *   sw8             sample - trace id - segment id - span id - service - instance - endpoint - address
 *                   1      - base64   - base64     - 3       - base64  - base64   - base64   - base64
 *   sw8-correlation base64:base64,base64:base64            see {@link Correlation}
 *   sw8-x           mode-timestamp                         mode 1: keep out of statistics
 * </pre>
 *
 * <h2>Reading</h2>
 *
 * All or nothing (T26): eight parts, six texts that are not empty, a span id from 0 to 2^31-1.
 * Anything else is no header at all, and the request begins a new trace (T27): SkyWalking's Python
 * agent stops tracing there, which lets one noisy service in front hide everything behind it.
 *
 * <p>A sample flag of 0 is honoured: "do not record this, and pass it on" (T28). A sampler speaks
 * for the whole trace, otherwise traces come in halves. We send it as {@code 0-------}: without
 * ids, because SkyWalking's Java agent ignores the flag and would record a child of a parent that
 * does not exist; this way it begins a new trace, and the Python agent, which takes any invalid
 * header as "do not record", does what is meant.
 */
final class Sw8 {
  static final String HEADER = "sw8";
  static final String CORRELATION_HEADER = "sw8-correlation";
  static final String EXTENSION_HEADER = "sw8-x";

  static final String SUPPRESSED = "0-------";

  /** The address of a call whose peer nobody knows. An empty text would void the header (T26). */
  static final String UNKNOWN_PEER = "unknown-peer";

  /** The protocol promises less than 2 KB; twice that is read, and no more. */
  static final int MAX_HEADER = 4096;

  private static final String PLAIN_EXTENSION = "0-";
  private static final String SKIP_EXTENSION = "1-";

  private Sw8() {}

  /** What a valid header says: a parent, or that nothing shall be recorded. */
  static final class Parent {
    static final Parent NOT_RECORDED = new Parent(null);

    /** Null: not recorded. */
    final @Nullable SegmentRef ref;

    private Parent(@Nullable SegmentRef ref) {
      this.ref = ref;
    }
  }

  // ---- writing

  static String encode(Segment segment, int spanId, @Nullable String peer, ThreadState here) {
    int length = write(segment, spanId, peer, here);
    return new String(here.written(), 0, length, ISO_8859_1);
  }

  /** The same into the thread's {@linkplain ThreadState#written scratch}; returns its length. */
  static int write(Segment segment, int spanId, @Nullable String peer, ThreadState here) {
    Identity identity = segment.identity();
    String traceId = segment.traceIdForHeader();
    String endpoint = segment.endpoint();
    String address = peer == null || peer.isEmpty() ? UNKNOWN_PEER : peer;
    byte[] names = identity.namesInHeader;
    int room =
        (traceId == null ? 0 : Base64Text.maxLength(traceId))
            + 2 * 104 // two ids made here, of at most 33 + 20 + 1 + 20 characters
            + 16 // sample, span id, dashes
            + names.length
            + Base64Text.maxLength(endpoint)
            + Base64Text.maxLength(address);
    byte[] out = here.scratch(room);
    int at = 0;
    out[at++] = '1';
    out[at++] = '-';
    at =
        traceId == null
            ? ownId(out, at, identity, segment.threadId(), segment.number() - 1, here)
            : Base64Text.encode(out, at, traceId);
    out[at++] = '-';
    at = ownId(out, at, identity, segment.threadId(), segment.number(), here);
    out[at++] = '-';
    at = decimal(out, at, spanId);
    System.arraycopy(names, 0, out, at, names.length);
    at += names.length;
    at = Base64Text.encode(out, at, endpoint);
    out[at++] = '-';
    return Base64Text.encode(out, at, address);
  }

  /**
   * Usually the header is written by the thread that began the segment, which knows a shorter way.
   */
  private static int ownId(
      byte[] out, int at, Identity identity, long threadId, long number, ThreadState here) {
    return threadId == here.threadId
        ? here.idText().write(out, at, identity, number)
        : IdText.writeAny(out, at, identity, threadId, number);
  }

  private static int decimal(byte[] out, int position, int value) {
    int digits =
        value < 10 ? 1 : value < 100 ? 2 : value < 1000 ? 3 : Integer.toString(value).length();
    int rest = value;
    for (int i = position + digits - 1; i >= position; i--) {
      out[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    return position + digits;
  }

  static String encodeExtension(boolean skipAnalysis) {
    return skipAnalysis ? SKIP_EXTENSION : PLAIN_EXTENSION;
  }

  static String encodeExtension(boolean skipAnalysis, long sentMillis) {
    return encodeExtension(skipAnalysis) + sentMillis;
  }

  // ---- reading

  /** The parent a header speaks of, or null where it is not a valid header. */
  static @Nullable Parent decode(String header) {
    int from = 0;
    int to = header.length();
    while (from < to && header.charAt(from) == ' ') {
      from++;
    }
    while (to > from && header.charAt(to - 1) == ' ') {
      to--;
    }
    if (to - from > MAX_HEADER
        || to - from < SUPPRESSED.length()
        || header.charAt(from + 1) != '-') {
      return null;
    }
    char sample = header.charAt(from);
    if (sample == '0' && to - from == SUPPRESSED.length() && header.startsWith(SUPPRESSED, from)) {
      return Parent.NOT_RECORDED;
    }
    if (sample != '0' && sample != '1') {
      return null;
    }
    int[] dashes = new int[7]; // dashes[i] ends part i; part 7 ends with the header
    int found = 0;
    for (int i = from; i < to; i++) {
      if (header.charAt(i) == '-') {
        if (found == dashes.length) {
          return null;
        }
        dashes[found++] = i;
      }
    }
    if (found != dashes.length) {
      return null;
    }
    int spanId = spanId(header, dashes[2] + 1, dashes[3]);
    if (spanId < 0) {
      return null;
    }
    String traceId = part(header, dashes[0] + 1, dashes[1]);
    String segmentId = part(header, dashes[1] + 1, dashes[2]);
    String service = part(header, dashes[3] + 1, dashes[4]);
    String instance = part(header, dashes[4] + 1, dashes[5]);
    String endpoint = part(header, dashes[5] + 1, dashes[6]);
    String address = part(header, dashes[6] + 1, to);
    if (traceId == null
        || segmentId == null
        || service == null
        || instance == null
        || endpoint == null
        || address == null) {
      return null;
    }
    return sample == '0'
        ? Parent.NOT_RECORDED
        : new Parent(
            new SegmentRef(
                SegmentRef.RefType.CROSS_PROCESS,
                traceId,
                segmentId,
                spanId,
                service,
                instance,
                endpoint,
                address));
  }

  private static @Nullable String part(String header, int from, int to) {
    return from >= to ? null : Base64Text.decode(header, from, to);
  }

  /** Digits only and at most 2^31-1, else -1. */
  private static int spanId(String header, int from, int to) {
    if (from >= to || to - from > 10) {
      return -1;
    }
    long value = 0;
    for (int i = from; i < to; i++) {
      char c = header.charAt(i);
      if (c < '0' || c > '9') {
        return -1;
      }
      value = 10 * value + (c - '0');
    }
    return value <= Integer.MAX_VALUE ? (int) value : -1;
  }

  /** Whether {@code sw8-x} asks to keep the trace out of statistics. */
  static boolean skipAnalysis(@Nullable String extension) {
    return extension != null
        && !extension.isEmpty()
        && extension.charAt(0) == '1'
        && (extension.length() == 1 || extension.charAt(1) == '-');
  }

  /** When the sender says it sent, in milliseconds since the epoch, or -1. */
  static long sentMillis(@Nullable String extension) {
    if (extension == null) {
      return -1;
    }
    int from = extension.indexOf('-') + 1;
    int to = extension.length();
    while (to > from && extension.charAt(to - 1) == ' ') {
      to--;
    }
    if (from == 0 || from >= to || to - from > 15) {
      return -1;
    }
    long value = 0;
    for (int i = from; i < to; i++) {
      char c = extension.charAt(i);
      if (c < '0' || c > '9') {
        return -1;
      }
      value = 10 * value + (c - '0');
    }
    return value;
  }
}
