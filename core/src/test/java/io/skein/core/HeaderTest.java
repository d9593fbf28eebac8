package io.skein.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.Span;
import io.skein.api.Tags;
import io.skein.core.Recorder.Headers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderTest {
  /** The example of SkyWalking's header specification in our copy of its facts, section 4.1. */
  private static final String GOLDEN =
      "1-MmFiMWYwZThjOWQ0NGQ1YzhhMGUwZDJhNmYxYjdjM2QuNDUuMTcwMDAwMDAwMDAwMDAwMDE="
          + "-MmFiMWYwZThjOWQ0NGQ1YzhhMGUwZDJhNmYxYjdjM2QuNDYuMTcwMDAwMDAwMDAwMTAwMDI="
          + "-3-c2VydmljZQ==-aW5zdGFuY2U=-L2FwcA==-MTI3LjAuMC4xOjgwODA=";

  private final Recorder recorder = new Recorder();
  private final Tracer tracer = recorder.settings.build();

  @Test
  void readsTheGoldenHeader() {
    Span entry = tracer.startEntry("GET:/", Headers.of("sw8", GOLDEN), Headers.READER);
    entry.end();

    Segment segment = recorder.only();
    assertThat(segment.traceId())
        .isEqualTo("2ab1f0e8c9d44d5c8a0e0d2a6f1b7c3d.45.17000000000000001");
    SegmentRef ref = segment.span(0).ref(0);
    assertThat(ref.refType()).isEqualTo(SegmentRef.RefType.CROSS_PROCESS);
    assertThat(ref.traceId()).isEqualTo("2ab1f0e8c9d44d5c8a0e0d2a6f1b7c3d.45.17000000000000001");
    assertThat(ref.parentSegmentId())
        .isEqualTo("2ab1f0e8c9d44d5c8a0e0d2a6f1b7c3d.46.17000000000010002");
    assertThat(ref.parentSpanId()).isEqualTo(3);
    assertThat(ref.parentService()).isEqualTo("service");
    assertThat(ref.parentInstance()).isEqualTo("instance");
    assertThat(ref.parentEndpoint()).isEqualTo("/app");
    assertThat(ref.networkAddress()).isEqualTo("127.0.0.1:8080");
  }

  @Test
  void writesTheGoldenHeader() {
    // the golden trace, continued by a segment whose numbers are known, three spans deep
    Tracer golden =
        recorder
            .settings
            .service("service")
            .instance("instance")
            .processId("2ab1f0e8c9d44d5c8a0e0d2a6f1b7c3d")
            .build();
    recorder.clock.set(1_700_000_000_001L);
    Headers sent = new Headers();
    Span entry = golden.startEntry("/app", Headers.of("sw8", GOLDEN), Headers.READER);
    Span one = golden.startLocal("1");
    Span two = golden.startLocal("2");
    Span exit = golden.startExit("/exit", "127.0.0.1:8080");
    golden.inject(exit, sent, Headers.WRITER);
    exit.end();
    two.end();
    one.end();
    entry.end();

    String ownId =
        "2ab1f0e8c9d44d5c8a0e0d2a6f1b7c3d." + Thread.currentThread().getId() + ".17000000000010000";
    assertThat(recorder.only().segmentId()).isEqualTo(ownId);
    String[] goldenParts = GOLDEN.split("-");
    goldenParts[2] = Base64.getEncoder().encodeToString(ownId.getBytes(StandardCharsets.UTF_8));
    assertThat(sent.get("sw8")).isEqualTo(String.join("-", goldenParts));
    assertThat(sent.get("sw8-correlation")).isEmpty();
    assertThat(sent.get("sw8-x")).isEqualTo("0-");
    assertThat(sent.values).hasSize(3);
  }

  private static void assertLinesSayTheSame(Tracer tracer, Span exit) {
    Headers sent = Headers.from(tracer, exit);
    byte[] lines = tracer.headerLines(exit);
    assertThat(lines).isNotNull();
    assertThat(new String(lines, StandardCharsets.ISO_8859_1))
        .isEqualTo(
            "sw8: %s\r\nsw8-correlation: %s\r\nsw8-x: %s\r\n\r\n"
                .formatted(sent.get("sw8"), sent.get("sw8-correlation"), sent.get("sw8-x")));
  }

  @Test
  void linesOfAMessageSayTheSame() {
    Span entry = tracer.startEntry("GET:/orders/\uD83D\uDE00");
    Span exit = tracer.startExit("call", "h\u00f6st:80");
    assertLinesSayTheSame(tracer, exit);
    tracer.putCorrelation("tenant", "a:b,c-d \u00e9");
    tracer.skipAnalysis();
    Span inner = tracer.startExit("inner", "other:80");
    assertLinesSayTheSame(tracer, inner);
    inner.end();
    tracer.wanted(exit, false);
    assertLinesSayTheSame(tracer, exit);
    assertThat(new String(tracer.headerLines(exit), StandardCharsets.ISO_8859_1))
        .startsWith("sw8: 0-------\r\n");
    exit.end();
    entry.end();
  }

  @Test
  void linesOfWhatIsNotRecordedSayTheSame() {
    Tracer never = recorder.settings.sampler(Sampler.never()).build();
    Span entry = never.startEntry("GET:/");
    Span exit = never.startExit("call", "pay:80");
    assertLinesSayTheSame(never, exit);
    exit.end();
    entry.end();
    assertThat(never.headerLines(null)).isNull();

    Tracer full = recorder.settings.sampler(Sampler.always()).spanLimit(1).build();
    Span only = full.startEntry("GET:/");
    Span beyond = full.startExit("call", "pay:80");
    assertLinesSayTheSame(full, beyond);
    beyond.end();
    only.end();
  }

  @Test
  void aLongHeaderIsWholeAndSoIsTheNext() {
    Span entry = tracer.startEntry("GET:/" + "\uD83D\uDE00".repeat(70));
    Span exit = tracer.startExit("call", "\u8ba2".repeat(190) + ":80");
    assertLinesSayTheSame(tracer, exit);
    exit.end();
    exit = tracer.startExit("call", "pay:80");
    assertLinesSayTheSame(tracer, exit);
    exit.end();
    entry.end();
  }

  @Test
  void aCallersHeaderMustNotEndTheLineItStandsIn() {
    assertThat(HeaderLines.isVisible("1-YQ==-YQ== ~")).isTrue();
    for (String bad : List.of("a\rb", "a\nb", "a\tb", "\u007f", "\u00e9", "\u010d")) {
      assertThat(HeaderLines.isVisible(bad)).isFalse();
    }
  }

  @Test
  void oneInsideOfAnotherIsNoticed() {
    Span outer = tracer.startExit("outer", "pay:80");
    assertThat(tracer.wasJoined(outer)).isFalse();
    Span inner = tracer.joinExit();
    assertThat(tracer.wasJoined(outer)).isTrue();
    assertThat(tracer.wasJoined(inner)).isFalse();
    inner.end();
    assertThat(tracer.wasJoined(outer)).isTrue();
    outer.end();
    assertThat(tracer.wasJoined(null)).isFalse();
  }

  @Test
  void theOtherSideContinuesWhatThisSideSent() {
    Span exit = tracer.startExit("call", "pay:80");
    tracer.putCorrelation("tenant", "a:b,c-d \u00e9");
    tracer.skipAnalysis();
    Headers headers = Headers.from(tracer, exit);
    exit.end();
    Segment caller = recorder.take();
    Span entry = tracer.startEntry("GET:/", headers, Headers.READER);
    assertThat(tracer.correlation("tenant")).isEqualTo("a:b,c-d \u00e9");
    assertThat(tracer.traceId()).isEqualTo(caller.traceId());
    entry.end();

    SpanRecord span = recorder.only().span(0);
    assertThat(span.ref(0).parentSegmentId()).isEqualTo(caller.segmentId());
    assertThat(span.ref(0).traceId()).isEqualTo(caller.traceId());
    assertThat(span.skipAnalysis()).isTrue();
    assertThat(span.tagCount()).isZero();
  }

  @Test
  @DisplayName("T29 names of any script go through base64 of UTF-8, standard alphabet, padded")
  void namesOfAnyScript() {
    Tracer foreign = recorder.settings.service("\u8ba2\u5355").instance("\u00fc\u00df~?>").build();
    Span entry = foreign.startEntry("GET:/\uD83D\uDE00/>>>???");
    Span exit = foreign.startExit("call", "h\u00f6st:80");
    Headers headers = Headers.from(foreign, exit);
    exit.end();
    entry.end();

    assertThat(headers.get("sw8"))
        .matches("1-[A-Za-z0-9+/]+=*-[A-Za-z0-9+/]+=*-1(-[A-Za-z0-9+/]+=*){4}");
    SegmentRef ref = Sw8.decode(headers.get("sw8")).ref;
    assertThat(ref.parentService()).isEqualTo("\u8ba2\u5355");
    assertThat(ref.parentInstance()).isEqualTo("\u00fc\u00df~?>");
    assertThat(ref.parentEndpoint()).isEqualTo("GET:/\uD83D\uDE00/>>>???");
    assertThat(ref.networkAddress()).isEqualTo("h\u00f6st:80");
  }

  @ParameterizedTest
  @DisplayName("T26 T27 a header that is not whole is none: a new trace begins")
  @ValueSource(
      strings = {
        "",
        " ",
        "-",
        "1",
        "1-",
        "1-------",
        "2-YQ==-YQ==-1-YQ==-YQ==-YQ==-YQ==",
        "11-YQ==-YQ==-1-YQ==-YQ==-YQ==-YQ==",
        "-YQ==-YQ==-1-YQ==-YQ==-YQ==-YQ==",
        "1-YQ==-YQ==-1-YQ==-YQ==-YQ==",
        "1-YQ==-YQ==-1-YQ==-YQ==-YQ==-YQ==-YQ==",
        "1--YQ==-1-YQ==-YQ==-YQ==-YQ==",
        "1-YQ==--1-YQ==-YQ==-YQ==-YQ==",
        "1-YQ==-YQ==--YQ==-YQ==-YQ==-YQ==",
        "1-YQ==-YQ==-1--YQ==-YQ==-YQ==",
        "1-YQ==-YQ==-1-YQ==--YQ==-YQ==",
        "1-YQ==-YQ==-1-YQ==-YQ==--YQ==",
        "1-YQ==-YQ==-1-YQ==-YQ==-YQ==-",
        "1-YQ==-YQ==--1-YQ==-YQ==-YQ==-YQ==",
        "1-YQ==-YQ==-+1-YQ==-YQ==-YQ==-YQ==",
        "1-YQ==-YQ==-x-YQ==-YQ==-YQ==-YQ==",
        "1-YQ==-YQ==-2147483648-YQ==-YQ==-YQ==-YQ==",
        "1-YQ==-YQ==-99999999999999999999-YQ==-YQ==-YQ==-YQ==",
        "1-YQ==-YQ==-\u0661-YQ==-YQ==-YQ==-YQ==",
        "1-Y!==-YQ==-1-YQ==-YQ==-YQ==-YQ==",
        "1-Y-YQ==-1-YQ==-YQ==-YQ==-YQ==",
        "1-Y===-YQ==-1-YQ==-YQ==-YQ==-YQ==",
        "1-YQ=-YQ==-1-YQ==-YQ==-YQ==-YQ==",
        "1-YQ==\n-YQ==-1-YQ==-YQ==-YQ==-YQ==",
        "1-_w==-YQ==-1-YQ==-YQ==-YQ==-YQ==",
        "1-/w==-YQ==-1-YQ==-YQ==-YQ==-YQ==",
        "1-====-YQ==-1-YQ==-YQ==-YQ==-YQ==",
        "1-\u00e9\u00e9==-YQ==-1-YQ==-YQ==-YQ==-YQ==",
        "0-garbage",
        "0--------"
      })
  void anInvalidHeaderIsNone(String header) {
    Headers headers =
        Headers.of("sw8", header, "sw8-correlation", "azE=:djE=", "sw8-x", "1-1699999999000");
    Span entry = tracer.startEntry("GET:/", headers, Headers.READER);
    assertThat(tracer.correlation("k1")).as("never half a context").isNull();
    entry.end();

    SpanRecord span = recorder.only().span(0);
    assertThat(span.refCount()).isZero();
    assertThat(span.skipAnalysis()).isFalse();
    assertThat(span.tagCount()).isZero();
    assertThat(recorder.only().traceId()).startsWith(Recorder.PROCESS);
    assertThat(tracer.counters().invalidHeaders()).isEqualTo(header.isEmpty() ? 0 : 1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1-YQ==-Yg==-0-Yw==-ZA==-ZQ==-Zg==",
        " 1-YQ==-Yg==-0-Yw==-ZA==-ZQ==-Zg== ",
        "1-YQ-Yg-0-Yw-ZA-ZQ-Zg",
        "1-YQ==-Yg==-0000000000-Yw==-ZA==-ZQ==-Zg=="
      })
  void toleratesWhatOthersTolerate(String header) {
    SegmentRef ref = Sw8.decode(header).ref;
    assertThat(ref.traceId() + ref.parentSegmentId() + ref.parentSpanId() + ref.parentService())
        .isEqualTo("ab0c");
    assertThat(ref.parentInstance() + ref.parentEndpoint() + ref.networkAddress()).isEqualTo("def");
  }

  @Test
  void theHighestSpanIdIsRead() {
    assertThat(Sw8.decode("1-YQ==-Yg==-2147483647-Yw==-ZA==-ZQ==-Zg==").ref.parentSpanId())
        .isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  @DisplayName("T26 64 KB of header are no header")
  void aHugeHeaderIsNone() {
    String big = Base64.getEncoder().encodeToString(new byte[48 * 1024]);
    for (String header :
        List.of(
            "1-" + big + "-Yg==-0-Yw==-ZA==-ZQ==-Zg==",
            "-".repeat(65_536),
            "1-" + "A".repeat(65_536),
            "1".repeat(65_536))) {
      tracer.startEntry("GET:/", Headers.of("sw8", header), Headers.READER).end();
      assertThat(recorder.take().span(0).refCount()).isZero();
    }
    Headers valid = Headers.of("sw8", GOLDEN, "sw8-correlation", big + ":" + big);
    Span entry = tracer.startEntry("GET:/", valid, Headers.READER);
    entry.end();
    assertThat(recorder.only().span(0).refCount()).isEqualTo(1);
  }

  @Test
  @DisplayName("T26 a call whose address nobody knows still sends a whole header")
  void aCallWithoutAPeerSendsAWholeHeader() {
    Span exit = tracer.startExit("call", null);
    Headers headers = Headers.from(tracer, exit);
    exit.end();

    assertThat(Sw8.decode(headers.get("sw8")).ref.networkAddress()).isEqualTo("unknown-peer");
    assertThat(recorder.only().span(0).peer()).isNull();
  }

  @Test
  @DisplayName("T28 a sample flag of 0 is honoured and passed on; correlation still travels")
  void sampleFlagZeroIsHonoured() {
    for (String header : List.of("0-------", "0" + GOLDEN.substring(1))) {
      Span entry =
          tracer.startEntry(
              "GET:/", Headers.of("sw8", header, "sw8-correlation", "azE=:djE="), Headers.READER);
      assertThat(entry.recording()).isFalse();
      Span exit = tracer.startExit("call", "pay:80");
      Headers sent = Headers.from(tracer, exit);
      assertThat(sent.get("sw8")).isEqualTo("0-------");
      assertThat(sent.get("sw8-correlation")).isEqualTo("azE=:djE=");
      exit.end();
      entry.end();
    }

    assertThat(recorder.count()).isZero();
    assertThat(tracer.counters().ignoredByCaller()).isEqualTo(2);
    assertThat(tracer.activeSpan()).isNull();
  }

  @Test
  @DisplayName("T30 headers are found whatever their case, and replaced when sent again")
  void headersAreFoundInAnyCaseAndReplaced() {
    tracer.startEntry("GET:/", Headers.of("SW8", GOLDEN), Headers.READER).end();
    assertThat(recorder.take().span(0).refCount()).isEqualTo(1);

    Headers request = Headers.of("sw8", "stale", "sw8-x", "stale", "sw8-correlation", "stale");
    Span exit = tracer.startExit("call", "pay:80");
    tracer.inject(exit, request, Headers.WRITER);
    tracer.inject(exit, request, Headers.WRITER);
    exit.end();
    assertThat(request.values).hasSize(3);
    assertThat(request.values.values()).doesNotContain("stale");
    assertThat(request.values.keySet()).containsExactly("sw8", "sw8-correlation", "sw8-x");
  }

  @Test
  @DisplayName("T31 ids are opaque on receipt")
  void idsAreOpaque() {
    Base64.Encoder base64 = Base64.getEncoder();
    String id = "not.an-id \u00e9 of/ours";
    String text = base64.encodeToString(id.getBytes(StandardCharsets.UTF_8));
    String header = "1-" + text + "-" + text + "-0-YQ==-YQ==-YQ==-YQ==";
    Span entry = tracer.startEntry("GET:/", Headers.of("sw8", header), Headers.READER);
    Span exit = tracer.startExit("call", "a:1");
    assertThat(Sw8.decode(Headers.from(tracer, exit).get("sw8")).ref.traceId()).isEqualTo(id);
    exit.end();
    entry.end();

    assertThat(recorder.only().traceId()).isEqualTo(id);
    assertThat(recorder.only().span(1).ref(0).parentSegmentId()).isEqualTo(id);
  }

  @Test
  @DisplayName("T34 a batch has the first message's trace id; every other parent is kept, once")
  void aBatchHasTheFirstTraceId() {
    Span entry = tracer.startEntry("Kafka/orders/Consumer/g");
    for (String id : List.of("first", "second", "second", "third")) {
      tracer.extract(entry, Headers.of("sw8", header(id, 0)), Headers.READER);
    }
    tracer.extract(entry, Headers.of("sw8", header("third", 1)), Headers.READER);
    tracer.extract(entry, Headers.of("sw8", "broken"), Headers.READER);
    entry.end();

    assertThat(recorder.only().traceId()).isEqualTo("first");
    SpanRecord span = recorder.only().span(0);
    assertThat(span.refCount()).isEqualTo(4);
    assertThat(span.ref(1).traceId()).isEqualTo("second");
    assertThat(span.ref(3).parentSpanId()).isEqualTo(1);
  }

  @Test
  void aSpanHasAtMost500Parents() {
    Span entry = tracer.startEntry("batch");
    for (int i = 0; i < 600; i++) {
      tracer.extract(entry, Headers.of("sw8", header("t" + i, i)), Headers.READER);
    }
    entry.end();

    assertThat(recorder.only().span(0).refCount()).isEqualTo(500);
    assertThat(tracer.counters().refsOverLimit()).isEqualTo(100);
  }

  @Test
  @DisplayName("T36 transmission latency may be negative, and each message adds its own")
  void transmissionLatencyIsAppended() {
    long now = recorder.clock.get();
    Span entry =
        tracer.startEntry(
            "consume",
            Headers.of("sw8", header("a", 0), "sw8-x", "0-" + (now - 150)),
            Headers.READER);
    tracer.extract(
        entry, Headers.of("sw8", header("b", 0), "sw8-x", "-" + (now + 20)), Headers.READER);
    tracer.extract(entry, Headers.of("sw8", header("c", 0), "sw8-x", "0- "), Headers.READER);
    tracer.extract(entry, Headers.of("sw8", header("d", 0), "sw8-x", "0-x"), Headers.READER);
    tracer.extract(
        entry, Headers.of("sw8", header("e", 0), "sw8-x", "0-9999999999999999999"), Headers.READER);
    entry.end();

    assertThat(Spans.tags(recorder.only().span(0)))
        .containsExactly("transmission.latency=150", "transmission.latency=-20");
    assertThat(Tags.TRANSMISSION_LATENCY.isAppending()).isTrue();
  }

  @Test
  void theTimeOfSendingIsWrittenWhereAskedForAndNotPassedOn() {
    Span exit = tracer.startExit("send", "kafka:9092");
    Headers headers = new Headers();
    tracer.injectWithTime(exit, headers, Headers.WRITER);
    exit.end();
    assertThat(headers.get("sw8-x")).isEqualTo("0-1700000000000");

    Span entry = tracer.startEntry("receive", headers, Headers.READER);
    Span next = tracer.startExit("next", "a:1");
    assertThat(Headers.from(tracer, next).get("sw8-x")).isEqualTo("0-");
    next.end();
    entry.end();
  }

  @Test
  void aCarrierThatThrowsDoesNoHarm() {
    Span entry =
        tracer.startEntry(
            "GET:/",
            "carrier",
            (carrier, name) -> {
              throw new IllegalStateException();
            });
    Span exit = tracer.startExit("call", "a:1");
    tracer.inject(
        exit,
        "carrier",
        (carrier, name, value) -> {
          throw new UnsupportedOperationException("read only");
        });
    exit.end();
    entry.end();

    assertThat(recorder.only().spanCount()).isEqualTo(2);
    assertThat(tracer.counters().failures()).isEqualTo(2);
  }

  @Test
  void aSpanOfSomebodyElseIsLeftAlone() {
    Headers headers = new Headers();
    Recorder other = new Recorder();
    Tracer their = other.settings.build();
    Span theirs = their.startExit("theirs", "a:1");
    tracer.inject(theirs, headers, Headers.WRITER);
    assertThat(Sw8.decode(headers.get("sw8")).ref.parentService()).isEqualTo("orders");
    theirs.end();
  }

  private static String header(String id, int spanId) {
    String text = Base64.getEncoder().encodeToString(id.getBytes(StandardCharsets.UTF_8));
    return "1-" + text + "-" + text + "-" + spanId + "-YQ==-YQ==-YQ==-YQ==";
  }

  /** It is kept for clients inside of one another; what it is made of may change meanwhile. */
  @Test
  void aHeaderThatIsAskedForAgainKnowsWhatHasChanged() {
    Span entry = tracer.startEntry("GET:/");
    Span exit = tracer.startExit("GET:/next", "a:1");
    String first = Headers.from(tracer, exit).get("sw8");
    assertThat(Headers.from(tracer, exit).get("sw8")).isEqualTo(first);

    entry.operationName("GET:/orders/{id}");
    String renamed = Headers.from(tracer, exit).get("sw8");
    assertThat(renamed).isNotEqualTo(first).contains(base64("GET:/orders/{id}"));
    exit.peer("b:2");
    assertThat(Headers.from(tracer, exit).get("sw8")).isNotEqualTo(renamed).contains(base64("b:2"));
    exit.end();
    Span other = tracer.startExit("GET:/other", "b:2");
    assertThat(Headers.from(tracer, other).get("sw8").split("-", -1)[3]).isEqualTo("2");
    other.end();
    entry.end();
    recorder.only();
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
