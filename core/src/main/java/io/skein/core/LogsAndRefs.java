package io.skein.core;

import java.util.ArrayList;
import java.util.List;

/** The parts of a span that most spans do not have. Bounded by the tracer's limits. */
final class LogsAndRefs {
  private final List<LogRecord> logs = new ArrayList<>(1);
  private final List<SegmentRef> refs = new ArrayList<>(1);

  /** False when there is no room left. */
  boolean addLog(LogRecord log, int limit) {
    return logs.size() < limit && logs.add(log);
  }

  void clearLogs() {
    logs.clear();
  }

  /**
   * False when there is no room left. A ref to a parent that is there already is not added again.
   */
  boolean addRef(SegmentRef ref, int limit) {
    for (int i = 0; i < refs.size(); i++) {
      if (refs.get(i).sameParent(ref)) {
        return true;
      }
    }
    return refs.size() < limit && refs.add(ref);
  }

  int logCount() {
    return logs.size();
  }

  LogRecord log(int index) {
    return logs.get(index);
  }

  int refCount() {
    return refs.size();
  }

  SegmentRef ref(int index) {
    return refs.get(index);
  }
}
