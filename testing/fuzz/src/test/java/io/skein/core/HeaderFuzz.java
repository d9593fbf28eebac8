package io.skein.core;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.skein.api.Span;
import io.skein.testing.fuzz.Check;
import io.skein.testing.fuzz.Input;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Three lines: {@code sw8}, {@code sw8-correlation}, {@code sw8-x}. Read by our decoder and by one
 * that is as plain as can be; then as a request that comes in and a call that goes out.
 */
public final class HeaderFuzz {
  private static final List<Segment> MADE = new ArrayList<>();
  private static final Tracer TRACER = Tracer.builder().service("s").sink(MADE::add).build();

  private HeaderFuzz() {}

  /** Makes ready what all inputs share, before the first one is timed. */
  public static void fuzzerInitialize() {}

  public static void fuzzerTestOneInput(byte[] data) {
    Input input = new Input(data);
    String header = input.line();
    String correlation = input.line();
    String extension = input.line();
    String[] parts = parts(header);
    asReferenceDoes(header, parts);
    correlationIsStable(correlation);
    passesThrough(header, correlation, extension, parts);
  }

  /**
   * The seven parts behind the flag as texts; empty for "not recorded", null for what is no header.
   */
  public static String[] parts(String header) {
    Sw8.Parent parent = Sw8.decode(header);
    if (parent == null) {
      return null;
    }
    SegmentRef ref = parent.ref;
    return ref == null
        ? new String[0]
        : new String[] {
          ref.traceId(),
          ref.parentSegmentId(),
          Integer.toString(ref.parentSpanId()),
          ref.parentService(),
          ref.parentInstance(),
          ref.parentEndpoint(),
          ref.networkAddress()
        };
  }

  private static void asReferenceDoes(String header, String[] parts) {
    String[] expected = reference(header);
    Check.equal(parts, expected, "parts");
    if (parts == null || parts.length == 0) {
      return;
    }
    String again = encoded(parts);
    Check.equal(parts(again), parts, "parts written and read again");
  }

  private static String encoded(String[] parts) {
    StringBuilder header = new StringBuilder("1");
    for (int i = 0; i < parts.length; i++) {
      header.append('-');
      if (i == 2) {
        header.append(parts[i]);
        continue;
      }
      byte[] out = new byte[Base64Text.maxLength(parts[i])];
      String ours = new String(out, 0, Base64Text.encode(out, 0, parts[i]), ISO_8859_1);
      Check.equal(ours, Base64.getEncoder().encodeToString(parts[i].getBytes(UTF_8)), "base64");
      header.append(ours);
    }
    return header.toString();
  }

  private static String[] reference(String given) {
    String header = given.replaceAll("^ +| +$", "");
    if (header.length() > Sw8.MAX_HEADER) {
      return null;
    }
    if (header.equals(Sw8.SUPPRESSED)) {
      return new String[0];
    }
    String[] parts = header.split("-", -1);
    if (parts.length != 8 || !parts[0].matches("[01]") || !parts[3].matches("[0-9]{1,10}")) {
      return null;
    }
    long spanId = Long.parseLong(parts[3]);
    String[] texts = new String[7];
    for (int i = 1; i < 8; i++) {
      String text = i == 3 ? Long.toString(spanId) : referenceText(parts[i]);
      if (text == null || text.isEmpty()) {
        return null;
      }
      texts[i - 1] = text;
    }
    return spanId > Integer.MAX_VALUE ? null : parts[0].equals("0") ? new String[0] : texts;
  }

  private static String referenceText(String part) {
    try {
      byte[] bytes = Base64.getDecoder().decode(part);
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (IllegalArgumentException | CharacterCodingException e) {
      return null;
    }
  }

  private static void correlationIsStable(String header) {
    Correlation.Limits limits = Correlation.Limits.DEFAULT;
    String[] pairs = Correlation.decode(header, limits);
    Check.that(pairs.length <= 2 * Correlation.MAX_KEYS, "more keys than may be");
    for (String text : pairs) {
      Check.that(!text.isEmpty() && text.length() <= Correlation.MAX_LENGTH, "length of " + text);
    }
    String encoded = Correlation.encode(pairs);
    Check.headerSafe(encoded, "sw8-correlation");
    Check.equal(Correlation.decode(encoded, limits), pairs, "correlation written and read again");
  }

  private static void passesThrough(
      String header, String correlation, String extension, String[] parts) {
    MADE.clear();
    Map<String, String> in =
        Map.of("sw8", header, "sw8-correlation", correlation, "sw8-x", extension);
    Map<String, String> out = new HashMap<>();
    long failures = TRACER.counters().failures();
    Span entry = TRACER.startEntry("GET:/", in, Map::get);
    Span exit = TRACER.startExit("call", "peer:80");
    TRACER.injectWithTime(exit, out, Map::put);
    exit.end();
    entry.end();
    Check.equal(TRACER.counters().failures(), failures, "failures that were swallowed");
    Check.that(TRACER.activeSpan() == null, "a span is still open");

    out.forEach((name, value) -> Check.headerSafe(value, name));
    String[] sent = parts(out.get("sw8"));
    Check.that(sent != null, "the header we send cannot be read: " + out);
    boolean unrecorded = parts != null && parts.length == 0;
    Check.equal(sent.length, unrecorded ? 0 : 7, "parts that are sent");
    if (parts != null) {
      Check.equal(
          Correlation.decode(out.get("sw8-correlation"), Correlation.Limits.DEFAULT),
          Correlation.decode(correlation, Correlation.Limits.DEFAULT),
          "correlation that goes on");
      Check.equal(
          Sw8.skipAnalysis(out.get("sw8-x")), Sw8.skipAnalysis(extension), "the wish of sw8-x");
    }
    if (unrecorded) {
      Check.that(MADE.isEmpty(), "recorded, although the caller asked not to");
      return;
    }
    Check.equal(MADE.size(), 1, "segments");
    Segment segment = MADE.get(0);
    Check.equal(sent[0], segment.traceId(), "trace id that is sent");
    Check.equal(segment.spanCount(), 2, "spans");
    SpanRecord root = segment.span(1);
    Check.equal(root.refCount(), parts == null ? 0 : 1, "references");
    if (parts != null) {
      Check.equal(segment.traceId(), parts[0], "trace id that is continued");
      Check.equal(root.ref(0).parentSegmentId(), parts[1], "parent");
    }
  }
}
