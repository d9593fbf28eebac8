package io.skein.plugin.skywalkingtoolkit;

import io.skein.agent.plugin.Tracing;
import io.skein.agent.plugin.WeakIdentityMap;
import io.skein.api.Span;
import io.skein.api.spi.PlaceState;
import io.skein.core.ManualTracing;
import io.skein.core.Snapshot;
import io.skein.core.Tracer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.skywalking.apm.toolkit.trace.CarrierItemRef;
import org.apache.skywalking.apm.toolkit.trace.ContextCarrierRef;
import org.apache.skywalking.apm.toolkit.trace.ContextSnapshotRef;
import org.apache.skywalking.apm.toolkit.trace.SpanRef;
import org.jspecify.annotations.Nullable;

/**
 * What the toolkit's empty methods do under the agent.
 *
 * <p>Its objects have nothing inside. What they stand for is kept beside them, as long as the
 * application keeps them.
 */
final class Toolkit {
  /** What SkyWalking's agent says for a trace that there is not, and for one that is ignored. */
  private static final String NO_TRACE = "N/A";

  private static final String IGNORED_TRACE = "Ignored_Trace";

  private static final int LIMIT = 100_000;
  static final Tracer TRACER = Tracing.tracer();
  private static final ManualTracing MANUAL = new ManualTracing(TRACER);

  private static final WeakIdentityMap<SpanRef, Span> SPANS = new WeakIdentityMap<>(LIMIT);
  private static final WeakIdentityMap<ContextSnapshotRef, Snapshot> SNAPSHOTS =
      new WeakIdentityMap<>(LIMIT);
  private static final WeakIdentityMap<ContextCarrierRef, Headers> CARRIERS =
      new WeakIdentityMap<>(LIMIT);
  private static final WeakIdentityMap<CarrierItemRef, Item> ITEMS = new WeakIdentityMap<>(LIMIT);

  /**
   * The spans that this thread has opened here, the innermost first. {@code stopSpan} names none,
   * and what is active may be somebody else's: it ends only what was opened by the toolkit.
   */
  private static final ThreadLocal<Deque<Span>> OPEN = new ThreadLocal<>();

  private Toolkit() {}

  // ---- ids

  static String traceId() {
    return orWhyNot(TRACER.traceId());
  }

  static String segmentId() {
    return orWhyNot(TRACER.segmentId());
  }

  private static String orWhyNot(@Nullable String id) {
    return id != null ? id : MANUAL.state(null) == PlaceState.IGNORED ? IGNORED_TRACE : NO_TRACE;
  }

  // ---- correlation

  static Optional<String> getCorrelation(@Nullable String key) {
    return Optional.ofNullable(TRACER.correlation(key));
  }

  /** Returns what was there before, as a map does; nothing when there is no room. */
  static Optional<String> putCorrelation(@Nullable String key, @Nullable String value) {
    if (value == null) {
      return Optional.empty();
    }
    String before = TRACER.correlation(key);
    return TRACER.putCorrelation(key, value) ? Optional.ofNullable(before) : Optional.empty();
  }

  // ---- the active span

  static Span active() {
    Span active = TRACER.activeSpan();
    return active == null ? Span.none() : active;
  }

  static void event(Span span, String event, @Nullable String message) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("event", event);
    if (message != null) {
      fields.put("message", message);
    }
    span.log(fields);
  }

  // ---- spans

  static SpanRef entry(@Nullable String operationName, @Nullable ContextCarrierRef carrier) {
    Headers headers = carrier == null ? null : CARRIERS.get(carrier);
    return opened(TRACER.startEntry(operationName, headers, Headers::get));
  }

  static SpanRef local(@Nullable String operationName) {
    return opened(TRACER.startLocal(operationName));
  }

  static SpanRef exit(
      @Nullable String operationName, @Nullable ContextCarrierRef carrier, @Nullable String peer) {
    Span span = TRACER.startExit(operationName, peer);
    if (carrier != null) {
      inject(span, carrier);
    }
    return opened(span);
  }

  private static SpanRef opened(Span span) {
    Deque<Span> open = OPEN.get();
    if (open == null) {
      open = new ArrayDeque<>(4);
      OPEN.set(open);
    }
    open.push(span);
    SpanRef ref = new SpanRef();
    SPANS.put(ref, span);
    return ref;
  }

  static void stop() {
    Deque<Span> open = OPEN.get();
    if (open != null) {
      Span span = open.poll();
      if (open.isEmpty()) {
        OPEN.remove();
      }
      if (span != null) {
        span.end();
      }
    }
  }

  static Span span(SpanRef ref) {
    Span span = SPANS.get(ref);
    return span == null ? Span.none() : span;
  }

  static void logFields(Span span, @Nullable Map<?, ?> given) {
    if (given != null) {
      Map<String, String> fields = new LinkedHashMap<>();
      given.forEach((key, value) -> fields.put(String.valueOf(key), String.valueOf(value)));
      span.log(fields);
    }
  }

  // ---- between processes

  static void inject(Span span, ContextCarrierRef carrier) {
    Headers headers = new Headers();
    TRACER.inject(span, headers, Headers::set);
    CARRIERS.put(carrier, headers);
  }

  static void extract(@Nullable ContextCarrierRef carrier) {
    Headers headers = carrier == null ? null : CARRIERS.get(carrier);
    if (headers != null) {
      TRACER.extract(active(), headers, Headers::get);
    }
  }

  /** The three headers of the protocol, of which there is always the name. */
  private static final class Headers {
    private static final String[] NAMES = {"sw8", "sw8-correlation", "sw8-x"};

    private final @Nullable String[] values = new @Nullable String[NAMES.length];

    @Nullable String get(String name) {
      for (int i = 0; i < NAMES.length; i++) {
        if (NAMES[i].equals(name)) {
          return values[i];
        }
      }
      return null;
    }

    void set(String name, @Nullable String value) {
      for (int i = 0; i < NAMES.length; i++) {
        if (NAMES[i].equals(name)) {
          values[i] = value;
        }
      }
    }
  }

  /** A place in the list of headers; the list's head is before the first. */
  private record Item(Headers headers, int index) {}

  static CarrierItemRef items(ContextCarrierRef carrier) {
    Headers headers = CARRIERS.get(carrier);
    if (headers == null) {
      headers = new Headers();
      CARRIERS.put(carrier, headers);
    }
    return item(headers, -1);
  }

  private static CarrierItemRef item(Headers headers, int index) {
    CarrierItemRef ref = new CarrierItemRef();
    ITEMS.put(ref, new Item(headers, index));
    return ref;
  }

  static boolean hasNext(CarrierItemRef ref) {
    Item item = ITEMS.get(ref);
    return item != null && item.index() + 1 < Headers.NAMES.length;
  }

  static @Nullable CarrierItemRef next(CarrierItemRef ref) {
    Item item = ITEMS.get(ref);
    return item == null || item.index() + 1 >= Headers.NAMES.length
        ? null
        : item(item.headers(), item.index() + 1);
  }

  static String key(CarrierItemRef ref) {
    Item item = ITEMS.get(ref);
    return item == null || item.index() < 0 ? "" : Headers.NAMES[item.index()];
  }

  static String value(CarrierItemRef ref) {
    Item item = ITEMS.get(ref);
    String value = item == null || item.index() < 0 ? null : item.headers().values[item.index()];
    return value == null ? "" : value;
  }

  static void setValue(CarrierItemRef ref, @Nullable String value) {
    Item item = ITEMS.get(ref);
    if (item != null && item.index() >= 0) {
      item.headers().values[item.index()] = value;
    }
  }

  // ---- between threads

  static ContextSnapshotRef capture() {
    ContextSnapshotRef ref = new ContextSnapshotRef();
    Snapshot place = TRACER.capture();
    if (place != null) {
      SNAPSHOTS.put(ref, place);
    }
    return ref;
  }

  static void continued(@Nullable ContextSnapshotRef ref) {
    Snapshot place = ref == null ? null : SNAPSHOTS.get(ref);
    if (place != null) {
      TRACER.link(active(), place);
    }
  }
}
