package io.skein.server.query;

import io.skein.server.storage.BadCursorException;
import io.skein.server.storage.Counts;
import io.skein.server.storage.EndpointSummary;
import io.skein.server.storage.InstanceSummary;
import io.skein.server.storage.ServiceSummary;
import io.skein.server.storage.StoreStatus;
import io.skein.server.storage.TraceOrder;
import io.skein.server.storage.TracePage;
import io.skein.server.storage.TraceQuery;
import io.skein.server.storage.TraceReading;
import io.skein.server.storage.TraceStore;
import java.io.IOException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The questions, by path. A question reads its parameters first and asks the store, and only then
 * writes: what can fail fails before the first byte of an answer.
 */
final class Api {
  /** The answer to a question that has been understood. Closed when it is written, or is not. */
  interface Result extends AutoCloseable {
    void write(Json json) throws IOException;

    @Override
    default void close() {}
  }

  /** Reads parameters and asks the store. */
  interface Question {
    Result ask(Parameters parameters) throws RequestException;
  }

  /** Reads a body and changes something. */
  interface Change {
    Result make(byte[] body) throws RequestException;
  }

  /** A question, and the parameters it has. */
  record Route(Set<String> parameters, Question question) {}

  // About what a browser can draw; larger traces say that they are cut.
  private static final TraceReading.Limit WHOLE = new TraceReading.Limit(250_000, 128L << 20);
  private static final int MAX_LIST = 1000;
  private static final int MAX_TAGS = 10;

  private final TraceStore store;
  private final ServerFacts facts;
  private final InstantSource clock;
  private final Map<String, Route> routes;
  private final Map<String, Change> changes;

  Api(TraceStore store, ServerFacts facts, InstantSource clock) {
    this.store = store;
    this.facts = facts;
    this.clock = clock;
    ProfileApi profiles = new ProfileApi(store, clock);
    changes = profiles.changes();
    routes = new HashMap<>(profiles.routes());
    routes.putAll(
        Map.of(
            "/api/status", new Route(Set.of(), this::status),
            "/api/services", new Route(Set.of(), this::services),
            "/api/instances", new Route(Set.of("service"), this::instances),
            "/api/endpoints", new Route(Set.of("service", "contains", "limit"), this::endpoints),
            "/api/tags", new Route(Set.of("service", "from", "to", "limit"), this::tags),
            "/api/tag-values",
                new Route(Set.of("key", "service", "from", "to", "limit"), this::tagValues),
            "/api/traces",
                new Route(
                    Set.of(
                        "service",
                        "instance",
                        "endpoint",
                        "minMillis",
                        "maxMillis",
                        "error",
                        "tag",
                        "from",
                        "to",
                        "traceId",
                        "order",
                        "limit",
                        "before"),
                    this::traces),
            "/api/trace", new Route(Set.of("id", "form"), this::trace),
            "/api/accounting", new Route(Set.of(), this::accounting)));
  }

  /** Whether a path takes requests that change something. */
  boolean takesChanges(String path) {
    return changes.containsKey(path);
  }

  /** The answer to a request that has been carried out. */
  Result change(String path, byte[] body) throws RequestException {
    return Objects.requireNonNull(changes.get(path), path).make(body);
  }

  /** The answer to a question, not written yet. */
  Result answer(String path, @Nullable String query) throws RequestException {
    Route route = routes.get(path);
    if (route == null) {
      throw RequestException.of(
          404, "unknown-path", "there is nothing at " + RequestException.shortened(path));
    }
    return route.question().ask(Parameters.parse(query, route.parameters()));
  }

  private Result status(Parameters parameters) {
    StoreStatus status = store.status();
    return json -> {
      json.text("version", facts.version());
      json.number("startedMillis", facts.startedMillis());
      json.number("nowMillis", clock.millis());
      json.text("grpcAddress", facts.grpcAddress());
      json.text("httpAddress", facts.httpAddress());
      json.text("dataDirectory", facts.dataDirectory());
      json.number("diskBytes", status.diskBytes());
      json.number("diskBudgetBytes", status.diskBudgetBytes());
      json.number("oldestMillis", status.oldestMillis());
      json.number("spans", status.kept().spans());
      json.number("segments", status.kept().segments());
      json.object("removedByRetention", () -> counts(json, status.removedByRetention()));
      json.text("trouble", status.trouble());
    };
  }

  private Result services(Parameters parameters) {
    List<ServiceSummary> services = store.services();
    return json ->
        json.objects(
            "services",
            services,
            service -> {
              json.text("name", service.name());
              json.number("instances", service.instances());
              json.number("segments", service.segments());
              json.number("spans", service.spans());
              json.number("errors", service.errors());
              json.number("firstMillis", service.firstMillis());
              json.number("lastMillis", service.lastMillis());
            });
  }

  private Result instances(Parameters parameters) throws RequestException {
    List<InstanceSummary> instances = store.instances(parameters.text("service"));
    return json ->
        json.objects(
            "instances",
            instances,
            instance -> {
              json.text("name", instance.name());
              json.text("service", instance.service());
              json.number("firstMillis", instance.firstMillis());
              json.number("lastMillis", instance.lastMillis());
              json.number("lastSeenMillis", instance.lastSeenMillis());
              json.number("segments", instance.segments());
              json.number("spans", instance.spans());
              TraceJson.pairs(json, "properties", instance.properties());
              json.text("language", instance.property("language"));
            });
  }

  private Result endpoints(Parameters parameters) throws RequestException {
    List<EndpointSummary> endpoints =
        store.endpoints(
            parameters.text("service"),
            parameters.text("contains"),
            parameters.limit(100, MAX_LIST));
    return json ->
        json.objects(
            "endpoints",
            endpoints,
            endpoint -> {
              json.text("name", endpoint.name());
              json.text("service", endpoint.service());
              json.number("segments", endpoint.segments());
              json.number("errors", endpoint.errors());
            });
  }

  private Result tags(Parameters parameters) throws RequestException {
    List<String> keys =
        store.tagKeys(
            parameters.text("service"),
            from(parameters),
            to(parameters),
            parameters.limit(200, MAX_LIST));
    return json -> json.texts("keys", keys);
  }

  private Result tagValues(Parameters parameters) throws RequestException {
    List<String> values =
        store.tagValues(
            parameters.needed("key", "of which tag the values are wanted"),
            parameters.text("service"),
            from(parameters),
            to(parameters),
            parameters.limit(200, MAX_LIST));
    return json -> json.texts("values", values);
  }

  private Result traces(Parameters parameters) throws RequestException {
    long startNanos = System.nanoTime();
    TraceQuery query = traceQuery(parameters);
    TracePage page;
    try {
      page = store.search(query);
    } catch (BadCursorException e) {
      throw RequestException.badParameterSaying(
          "before", String.valueOf(query.cursor()), String.valueOf(e.getMessage()));
    }
    long tookMillis = (System.nanoTime() - startNanos) / 1_000_000;
    return json -> {
      json.objects("traces", page.traces(), trace -> TraceJson.summary(json, trace));
      json.flag("more", page.next() != null);
      json.text("next", page.next());
      json.number("tookMillis", tookMillis);
    };
  }

  private static TraceQuery traceQuery(Parameters parameters) throws RequestException {
    Long minMillis = parameters.number("minMillis", 0, Long.MAX_VALUE);
    Long maxMillis = parameters.number("maxMillis", 0, Long.MAX_VALUE);
    if (minMillis != null && maxMillis != null && minMillis > maxMillis) {
      throw RequestException.badParameter(
          "maxMillis", maxMillis.toString(), "at least minMillis, which is " + minMillis);
    }
    TraceQuery.Builder query =
        TraceQuery.builder()
            .service(parameters.text("service"))
            .instance(parameters.text("instance"))
            .endpoint(parameters.text("endpoint"))
            .minMillis(minMillis)
            .maxMillis(maxMillis)
            .error(parameters.flag("error"))
            .fromMillis(from(parameters))
            .toMillis(to(parameters))
            .traceId(parameters.text("traceId"))
            .order(order(parameters))
            .limit(parameters.limit(20, TraceQuery.MAX_LIMIT))
            .cursor(parameters.text("before"));
    for (String tag : parameters.all("tag", MAX_TAGS)) {
      int equals = tag.indexOf('=');
      if (equals == 0) {
        throw RequestException.badParameter("tag", tag, "key=value, or key alone");
      }
      query.tag(
          equals < 0 ? tag : tag.substring(0, equals),
          equals < 0 ? null : tag.substring(equals + 1));
    }
    return query.build();
  }

  private static TraceOrder order(Parameters parameters) throws RequestException {
    String order = parameters.text("order");
    if (order == null) {
      return TraceOrder.NEWEST;
    }
    return switch (order) {
      case "newest" -> TraceOrder.NEWEST;
      case "slowest" -> TraceOrder.SLOWEST;
      default -> throw RequestException.badParameter("order", order, "newest or slowest");
    };
  }

  private static @Nullable Long from(Parameters parameters) throws RequestException {
    return parameters.number("from", Long.MIN_VALUE, Long.MAX_VALUE);
  }

  private static @Nullable Long to(Parameters parameters) throws RequestException {
    Long from = from(parameters);
    Long to = parameters.number("to", Long.MIN_VALUE, Long.MAX_VALUE);
    if (from != null && to != null && from > to) {
      throw RequestException.badParameter("to", to.toString(), "at least from, which is " + from);
    }
    return to;
  }

  private Result trace(Parameters parameters) throws RequestException {
    String id = parameters.needed("id", "the trace id");
    boolean packed = packed(parameters);
    TraceReading trace = store.read(id, WHOLE);
    if (trace == null) {
      throw RequestException.of(
          404, "unknown-trace", "no trace \"" + RequestException.shortened(id) + "\" is stored");
    }
    return new TraceResult(trace, packed);
  }

  private static boolean packed(Parameters parameters) throws RequestException {
    String form = parameters.text("form");
    if (form == null) {
      return false;
    }
    return switch (form) {
      case "plain" -> false;
      case "packed" -> true;
      default -> throw RequestException.badParameter("form", form, "plain or packed");
    };
  }

  private record TraceResult(TraceReading trace, boolean packed) implements Result {
    @Override
    public void write(Json json) throws IOException {
      if (packed) {
        PackedTrace.write(json, trace);
      } else {
        TraceJson.whole(json, trace);
      }
    }

    @Override
    public void close() {
      trace.close();
    }
  }

  private Result accounting(Parameters parameters) {
    Accounts accounts = new Accounts(store.accounts(), store.instances(null));
    return json -> accounts.write(json, facts.messageCounts());
  }

  static void counts(Json json, Counts counts) throws IOException {
    json.number("segments", counts.segments());
    json.number("spans", counts.spans());
  }
}
