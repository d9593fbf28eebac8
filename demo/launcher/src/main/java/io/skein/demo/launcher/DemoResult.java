package io.skein.demo.launcher;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What the demo claims in its last line, and everything that speaks against it. */
record DemoResult(
    int requests,
    int traces,
    long made,
    long stored,
    long dropped,
    int services,
    List<String> problems) {

  static DemoResult of(List<Driver.Sent> requests, QueryClient queries, List<String> services) {
    try {
      Accounting accounting = queries.accounting();
      Set<String> traceIds = queries.allTraceIds();
      TraceAudit audit = new TraceAudit(requests);
      for (String traceId : traceIds) {
        audit.add(queries.trace(traceId));
      }
      return of(requests, traceIds.size(), accounting, services, audit.problems());
    } catch (IOException unanswered) {
      return new DemoResult(
          requests.size(), 0, 0, 0, 0, 0, List.of("the server: " + unanswered.getMessage()));
    }
  }

  static DemoResult of(
      List<Driver.Sent> requests,
      int traces,
      Accounting accounting,
      List<String> services,
      List<String> traceProblems) {
    List<String> problems = new ArrayList<>();
    if (requests.isEmpty()) {
      problems.add("no request was sent");
    }
    if (traces != requests.size()) {
      problems.add(requests.size() + " requests became " + traces + " traces");
    }
    for (String service : accounting.silentServices()) {
      problems.add("the agent of " + service + " has not said how many spans it made");
    }
    if (accounting.made() != accounting.stored() + accounting.dropped()) {
      problems.add(
          accounting.made()
              + " spans were made, but "
              + accounting.stored()
              + " stored and "
              + accounting.dropped()
              + " dropped: "
              + (accounting.made() - accounting.stored() - accounting.dropped())
              + " are unaccounted for");
    }
    if (accounting.dropped() != 0) {
      problems.add("spans were dropped: " + accounting.droppedByReason());
    }
    if (!accounting.services().equals(Set.copyOf(services))) {
      problems.add(
          "reports came from "
              + new TreeSet<>(accounting.services())
              + ", not from "
              + new TreeSet<>(services));
    }
    problems.addAll(traceProblems);
    return new DemoResult(
        requests.size(),
        traces,
        accounting.made(),
        accounting.stored(),
        accounting.dropped(),
        accounting.services().size(),
        problems);
  }

  boolean isGood() {
    return problems.isEmpty();
  }

  String summary() {
    return requests
        + " requests, "
        + traces
        + " traces, made "
        + made
        + " = stored "
        + stored
        + " + dropped "
        + dropped
        + ", "
        + services
        + " services";
  }
}
