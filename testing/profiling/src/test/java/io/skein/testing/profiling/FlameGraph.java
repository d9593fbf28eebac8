package io.skein.testing.profiling;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** What the analysis says, in columns as it comes, asked by the text of frames. */
record FlameGraph(JsonNode json) {

  /** How many milliseconds were spent in a method and in what it called, in one state. */
  long millis(String frame, String state) {
    int column = column(state);
    long micros = 0;
    boolean[] within = within(frame);
    for (int i = 0; i < within.length; i++) {
      if (within[i]) {
        micros += json.path("nodes").path("selfMicros").path(column).path(i).asLong();
      }
    }
    return micros / 1000;
  }

  /** The same in all states together. */
  long millis(String frame) {
    long all = 0;
    for (JsonNode state : json.path("states")) {
      all += millis(frame, state.asText());
    }
    return all;
  }

  private int column(String state) {
    for (int i = 0; i < json.path("states").size(); i++) {
      if (json.path("states").path(i).asText().equals(state)) {
        return i;
      }
    }
    throw new AssertionError("no state " + state + " in " + json.path("states"));
  }

  /** Parents come before their children. */
  private boolean[] within(String frame) {
    JsonNode parents = json.path("nodes").path("parent");
    JsonNode frames = json.path("nodes").path("frame");
    boolean[] within = new boolean[parents.size()];
    for (int i = 0; i < within.length; i++) {
      int parent = parents.path(i).asInt();
      String text = json.path("frames").path(frames.path(i).asInt()).asText();
      within[i] = text.contains(frame) || (parent >= 0 && within[parent]);
    }
    return within;
  }

  /** All frames there are. */
  List<String> frames() {
    List<String> frames = new ArrayList<>();
    json.path("frames").forEach(frame -> frames.add(frame.asText()));
    return frames;
  }

  int snapshots() {
    return json.path("snapshots").asInt();
  }
}
