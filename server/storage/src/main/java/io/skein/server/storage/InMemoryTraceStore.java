package io.skein.server.storage;

import io.skein.server.storage.StoredTrace.StoredSegment;
import io.skein.server.storage.profile.InMemoryProfileStore;
import io.skein.server.storage.profile.ProfileStore;
import io.skein.server.storage.profile.ProfileTasks;
import io.skein.wire.model.InstancePing;
import io.skein.wire.model.InstanceProperties;
import io.skein.wire.model.KeyValue;
import io.skein.wire.model.TraceSegment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Traces in memory, without a bound: for tests, and as the plain reading of the contract that other
 * stores are compared with. Every query looks at everything.
 *
 * <p>Safe for use by several threads: one at a time.
 */
public final class InMemoryTraceStore implements TraceStore {
  private static final Comparator<StoredSegment> BY_START =
      Comparator.comparingLong(stored -> SegmentFacts.of(stored.segment()).startMillis());

  private final Map<String, List<StoredSegment>> traces = new LinkedHashMap<>();
  private final Map<String, StoredSegment> byId = new HashMap<>();
  private final IdentityHashMap<StoredSegment, Integer> bytes = new IdentityHashMap<>();
  private final AccountBook book = new AccountBook();
  private final InMemoryProfileStore profiles = new InMemoryProfileStore();
  private final ProfileTasks profileTasks = new ProfileTasks();
  private boolean closed;

  @Override
  public synchronized CompletableFuture<List<Outcome>> append(List<ReceivedSegment> batch) {
    List<Outcome> outcomes = new ArrayList<>(batch.size());
    for (ReceivedSegment received : batch) {
      outcomes.add(append(received));
    }
    return CompletableFuture.completedFuture(List.copyOf(outcomes));
  }

  private Outcome append(ReceivedSegment received) {
    TraceSegment segment = received.segment();
    Counts counts = new Counts(1, segment.spans().size());
    book.seen(segment.service(), segment.instance(), received.receivedMillis());
    Outcome.Refused refused =
        closed
            ? new Outcome.Refused(Refusal.CLOSED, "the store is closed")
            : Refusal.unfit(segment);
    if (refused != null) {
      book.refused(segment.service(), segment.instance(), refused.reason(), counts);
      return refused;
    }
    StoredSegment stored = new StoredSegment(segment, received.receivedMillis());
    StoredSegment earlier = byId.get(segment.segmentId());
    if (earlier != null && !SegmentFacts.isGrown(segment, earlier.segment())) {
      book.duplicate(segment.service(), segment.instance(), counts);
      return Outcome.DUPLICATE;
    }
    byId.put(segment.segmentId(), stored);
    bytes.put(stored, received.encoded().length);
    List<StoredSegment> trace = traces.computeIfAbsent(segment.traceId(), id -> new ArrayList<>());
    trace.add(stored);
    if (earlier == null) {
      return Outcome.STORED;
    }
    trace.remove(earlier);
    bytes.remove(earlier);
    int before = earlier.segment().spans().size();
    book.duplicate(segment.service(), segment.instance(), new Counts(1, before));
    return new Outcome.Grown(before);
  }

  @Override
  public void refused(String service, String instance, String reason, Counts counts) {
    book.refused(service, instance, reason, counts);
  }

  @Override
  public void properties(InstanceProperties properties, long receivedMillis) {
    book.properties(properties, receivedMillis);
  }

  @Override
  public void ping(InstancePing ping, long receivedMillis) {
    book.ping(ping, receivedMillis);
  }

  @Override
  public void account(AgentAccount account) {
    book.account(account);
  }

  @Override
  public synchronized List<ServiceSummary> services() {
    return book.services(kept());
  }

  @Override
  public synchronized List<InstanceSummary> instances(@Nullable String service) {
    return book.instances(service, kept());
  }

  @Override
  public synchronized List<InstanceAccount> accounts() {
    return book.accounts(kept());
  }

  private Map<InstanceKey, InstanceTotals> kept() {
    Map<InstanceKey, InstanceTotals> kept = new HashMap<>();
    for (StoredSegment stored : segments(segment -> true)) {
      TraceSegment segment = stored.segment();
      kept.merge(
          new InstanceKey(segment.service(), segment.instance()),
          InstanceTotals.of(SegmentFacts.of(segment)),
          InstanceTotals::plus);
    }
    return kept;
  }

  @Override
  public synchronized List<EndpointSummary> endpoints(
      @Nullable String service, @Nullable String contains, int limit) {
    String part = contains == null ? "" : contains.toLowerCase(Locale.ROOT);
    Map<KeyValue, EndpointSummary> found = new HashMap<>();
    for (StoredSegment stored : segments(ofService(service))) {
      TraceSegment segment = stored.segment();
      SegmentFacts.endpoints(segment)
          .forEach(
              (name, failed) -> {
                if (name.toLowerCase(Locale.ROOT).contains(part)) {
                  found.merge(
                      new KeyValue(segment.service(), name),
                      new EndpointSummary(segment.service(), name, 1, failed ? 1 : 0),
                      EndpointSummary::plus);
                }
              });
    }
    return found.values().stream().sorted(EndpointSummary.MOST_USED_FIRST).limit(limit).toList();
  }

  @Override
  public synchronized List<String> tagKeys(
      @Nullable String service, @Nullable Long fromMillis, @Nullable Long toMillis, int limit) {
    TreeSet<String> keys = new TreeSet<>();
    for (StoredSegment stored : segments(ofService(service).and(startsIn(fromMillis, toMillis)))) {
      SegmentFacts.tags(stored.segment()).forEach(tag -> keys.add(tag.key()));
    }
    return keys.stream().limit(limit).toList();
  }

  @Override
  public synchronized List<String> tagValues(
      String key,
      @Nullable String service,
      @Nullable Long fromMillis,
      @Nullable Long toMillis,
      int limit) {
    TreeSet<String> values = new TreeSet<>();
    for (StoredSegment stored : segments(ofService(service).and(startsIn(fromMillis, toMillis)))) {
      for (KeyValue tag : SegmentFacts.tags(stored.segment())) {
        if (tag.key().equals(key)) {
          values.add(tag.value());
        }
      }
    }
    return values.stream().limit(limit).toList();
  }

  @Override
  public synchronized TracePage search(TraceQuery query) {
    PageCursor after = query.cursor() == null ? null : PageCursor.parse(query.cursor());
    List<TraceSummary> found = new ArrayList<>();
    for (Map.Entry<String, List<StoredSegment>> trace : traces.entrySet()) {
      if (query.traceId() != null && !query.traceId().equals(trace.getKey())) {
        continue;
      }
      if (trace.getValue().stream().noneMatch(stored -> matches(query, stored.segment()))) {
        continue;
      }
      TraceSummaryBuilder builder = new TraceSummaryBuilder();
      trace.getValue().forEach(stored -> builder.add(SegmentFacts.of(stored.segment())));
      TraceSummary summary = builder.build(trace.getKey());
      if (query.holdsFor(summary)
          && (after == null || after.precedes(PageCursor.of(query.order(), summary)))) {
        found.add(summary);
      }
    }
    found.sort(Comparator.comparing(summary -> PageCursor.of(query.order(), summary)));
    if (found.size() <= query.limit()) {
      return new TracePage(found, null);
    }
    List<TraceSummary> page = found.subList(0, query.limit());
    return new TracePage(page, PageCursor.of(query.order(), page.get(page.size() - 1)).toString());
  }

  private static boolean matches(TraceQuery query, TraceSegment segment) {
    return (query.service() == null || query.service().equals(segment.service()))
        && (query.instance() == null || query.instance().equals(segment.instance()))
        && (query.endpoint() == null
            || SegmentFacts.endpoints(segment).containsKey(query.endpoint()))
        && startsIn(null, query.toMillis()).test(segment)
        && query.tags().stream()
            .allMatch(
                wanted ->
                    SegmentFacts.tags(segment).stream()
                        .anyMatch(
                            tag ->
                                tag.key().equals(wanted.key())
                                    && (wanted.value() == null
                                        || wanted.value().equals(tag.value()))));
  }

  @Override
  public synchronized @Nullable TraceReading read(String traceId, TraceReading.Limit limit) {
    List<StoredSegment> all = traces.get(traceId);
    if (all == null) {
      return null;
    }
    TraceSummaryBuilder builder = new TraceSummaryBuilder();
    all.forEach(stored -> builder.add(SegmentFacts.of(stored.segment())));
    List<StoredSegment> some = new ArrayList<>();
    long spans = 0;
    for (StoredSegment stored : all.stream().sorted(BY_START).toList()) {
      spans += stored.segment().spans().size();
      if (spans > limit.spans() && !some.isEmpty()) {
        break;
      }
      some.add(stored);
    }
    StoredSegment first = some.remove(0);
    some.sort(Comparator.comparingInt(all::indexOf));
    some.add(0, first);
    boolean cut = some.size() < all.size();
    long sum = 0;
    for (int i = 0; i < some.size(); i++) {
      sum += bytes.getOrDefault(some.get(i), 0);
      if (sum > limit.bytes() && i > 0) {
        some = some.subList(0, i);
        cut = true;
      }
    }
    return new InMemoryReading(builder.build(traceId), some.iterator(), cut);
  }

  private record InMemoryReading(
      TraceSummary summary, Iterator<StoredSegment> segments, boolean truncated)
      implements TraceReading {
    @Override
    public String traceId() {
      return summary.traceId();
    }

    @Override
    public long startMillis() {
      return summary.startMillis();
    }

    @Override
    public long durationMillis() {
      return summary.durationMillis();
    }

    @Override
    public Counts stored() {
      return new Counts(summary.segments(), summary.spans());
    }

    @Override
    public @Nullable StoredSegment next() {
      return segments.hasNext() ? segments.next() : null;
    }

    @Override
    public void close() {
      // Nothing is open.
    }
  }

  @Override
  public synchronized void segments(Collection<String> segmentIds, Consumer<SegmentNote> consumer) {
    for (String id : new HashSet<>(segmentIds)) {
      StoredSegment found = byId.get(id);
      if (found != null) {
        consumer.accept(SegmentNote.of(found.segment()));
      }
    }
  }

  @Override
  public ProfileStore profiles() {
    return profiles;
  }

  @Override
  public ProfileTasks profileTasks() {
    return profileTasks;
  }

  @Override
  public synchronized StoreStatus status() {
    InstanceTotals sum = kept().values().stream().reduce(InstanceTotals.NONE, InstanceTotals::plus);
    return new StoreStatus(
        0,
        0,
        sum.segments() == 0 ? null : (Long) sum.firstMillis(),
        sum.counts(),
        Counts.NONE,
        null);
  }

  @Override
  public synchronized void close() {
    closed = true;
    profiles.close();
  }

  private List<StoredSegment> segments(Predicate<TraceSegment> wanted) {
    return traces.values().stream()
        .flatMap(List::stream)
        .filter(stored -> wanted.test(stored.segment()))
        .toList();
  }

  private static Predicate<TraceSegment> ofService(@Nullable String service) {
    return segment -> service == null || service.equals(segment.service());
  }

  private static Predicate<TraceSegment> startsIn(
      @Nullable Long fromMillis, @Nullable Long toMillis) {
    return segment -> {
      long start = SegmentFacts.of(segment).startMillis();
      return (fromMillis == null || start >= fromMillis) && (toMillis == null || start <= toMillis);
    };
  }
}
