package io.skein.server.storage;

import io.skein.server.storage.TraceSummary.ServiceSpans;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sums up the segments of a trace, given in order of arrival. For one thread. */
public final class TraceSummaryBuilder {
  private final List<SegmentFacts> segments = new ArrayList<>();
  private long startMillis = Long.MAX_VALUE;
  private long endMillis = Long.MIN_VALUE;
  private boolean error;
  private long spans;

  public void add(SegmentFacts segment) {
    segments.add(segment);
    startMillis = Math.min(startMillis, segment.startMillis());
    endMillis = Math.max(endMillis, segment.endMillis());
    error |= segment.error();
    spans += segment.spans();
  }

  public boolean isEmpty() {
    return segments.isEmpty();
  }

  public TraceSummary build(String traceId) {
    if (segments.isEmpty()) {
      throw new IllegalStateException("a trace without segments has no summary");
    }
    segments.sort(Comparator.comparingLong(SegmentFacts::startMillis));
    SegmentFacts root = segments.get(0);
    for (SegmentFacts segment : segments) {
      if (segment.root()) {
        root = segment;
        break;
      }
    }
    Map<String, Long> services = new LinkedHashMap<>();
    for (SegmentFacts segment : segments) {
      services.merge(segment.service(), (long) segment.spans(), Long::sum);
    }
    List<ServiceSpans> spansOfServices = new ArrayList<>(services.size());
    services.forEach((name, count) -> spansOfServices.add(new ServiceSpans(name, count)));
    return new TraceSummary(
        traceId,
        startMillis,
        SegmentFacts.duration(startMillis, endMillis),
        root.service(),
        root.instance(),
        root.firstOperation(),
        error,
        spans,
        segments.size(),
        spansOfServices);
  }
}
