package io.skein.server.storage;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of a search.
 *
 * @param next cursor of the page that follows; null when there is none. Opaque ASCII without spaces
 */
public record TracePage(List<TraceSummary> traces, @Nullable String next) {
  public static final TracePage EMPTY = new TracePage(List.of(), null);

  public TracePage {
    traces = List.copyOf(traces);
  }
}
