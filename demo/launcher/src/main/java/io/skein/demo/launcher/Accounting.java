package io.skein.demo.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Spans made by the agents, stored by the server, and dropped by either, with the reasons.
 *
 * @param silentServices services whose agent has given no account yet
 * @param services all services that an agent has reported for
 */
record Accounting(
    long made,
    long stored,
    long dropped,
    Map<String, Long> droppedByReason,
    Set<String> services,
    List<String> silentServices) {

  static Accounting read(JsonNode answer) {
    long made = 0;
    Map<String, Long> dropped = new TreeMap<>();
    Set<String> services = new LinkedHashSet<>();
    List<String> silent = new ArrayList<>();
    for (JsonNode instance : answer.path("instances")) {
      String service = instance.path("service").asText();
      services.add(service);
      if (instance.path("made").isObject()) {
        made += instance.path("made").path("spans").asLong();
      } else {
        silent.add(service);
      }
      addReasons(dropped, "agent: ", instance.path("agentDropped"));
    }
    addReasons(dropped, "server: ", answer.path("server").path("dropped"));
    long droppedSpans = dropped.values().stream().mapToLong(Long::longValue).sum();
    long stored = answer.path("server").path("storedSpans").asLong();
    return new Accounting(made, stored, droppedSpans, dropped, services, silent);
  }

  private static void addReasons(Map<String, Long> dropped, String where, JsonNode reasons) {
    for (JsonNode reason : reasons) {
      long spans = reason.path("spans").asLong();
      if (spans > 0) {
        dropped.merge(where + reason.path("reason").asText(), spans, Long::sum);
      }
    }
  }

  boolean addsUp() {
    return silentServices.isEmpty() && made == stored + dropped;
  }
}
