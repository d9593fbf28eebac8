package io.skein.server.query;

import io.skein.core.profile.ProfileTask;
import io.skein.server.storage.SegmentFacts;
import io.skein.server.storage.SegmentNote;
import io.skein.server.storage.profile.SampledSegment;
import io.skein.server.storage.profile.TaskRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How tasks, sampled segments and their analysis look in JSON. */
final class ProfileJson {
  private ProfileJson() {}

  /** What is counted of a task. */
  record Figures(long segments, long requests, long snapshots) {}

  static void task(Json json, TaskRecord each, Figures figures, long nowMillis) throws IOException {
    ProfileTask task = each.task();
    json.text("id", task.id());
    json.text("service", each.service());
    json.text("endpoint", task.endpoint());
    json.number("createMillis", task.createMillis());
    json.number("startMillis", task.startMillis());
    json.number("endMillis", task.endMillis());
    json.number("durationMinutes", task.durationMinutes());
    json.number("minMillis", task.minDurationMillis());
    json.number("periodMillis", task.periodMillis());
    json.number("maxSamples", task.maxSamples());
    json.text("state", each.state(nowMillis).name().toLowerCase(Locale.ROOT));
    json.number("stoppedMillis", each.stoppedMillis());
    json.objects(
        "instances",
        each.instances(),
        instance -> {
          json.text("name", instance.name());
          json.number("notifiedMillis", instance.notifiedMillis());
          json.number("finishedMillis", instance.finishedMillis());
          json.flag("ours", instance.ours());
        });
    json.number("segments", figures.segments());
    json.number("requests", figures.requests());
    json.number("snapshots", figures.snapshots());
    json.number("dropped", each.dropped());
  }

  private record LogLine(String instance, String operation, long millis) {}

  /** What instances were told and have said, in the order of time. */
  static void log(Json json, TaskRecord task) throws IOException {
    List<LogLine> lines = new ArrayList<>();
    for (TaskRecord.Instance instance : task.instances()) {
      add(lines, instance.name(), "notified", instance.notifiedMillis());
      add(lines, instance.name(), "finished", instance.finishedMillis());
    }
    lines.sort(Comparator.comparingLong(LogLine::millis));
    json.objects(
        "log",
        lines,
        line -> {
          json.text("instance", line.instance());
          json.text("operation", line.operation());
          json.number("millis", line.millis());
        });
  }

  private static void add(
      List<LogLine> lines, String instance, String operation, @Nullable Long millis) {
    if (millis != null) {
      lines.add(new LogLine(instance, operation, millis));
    }
  }

  static void segments(Json json, List<SampledSegment> segments, SampledRequests requests)
      throws IOException {
    json.objects(
        "segments",
        segments,
        segment ->
            segment(
                json,
                segment,
                requests.note(segment.segmentId()),
                requests.isPart(segment.segmentId())));
  }

  private static void segment(
      Json json, SampledSegment segment, @Nullable SegmentNote note, boolean part)
      throws IOException {
    SegmentFacts facts = note == null ? null : note.facts();
    json.text("segmentId", segment.segmentId());
    json.text("traceId", note == null ? null : note.traceId());
    json.text("instance", facts == null ? segment.instance() : facts.instance());
    json.text("service", facts == null ? segment.service() : facts.service());
    json.text("endpoint", facts == null ? null : facts.firstOperation());
    json.number("startMillis", facts == null ? null : (Long) facts.startMillis());
    json.number("durationMillis", facts == null ? null : (Long) facts.durationMillis());
    json.flag("error", facts != null && facts.error());
    json.number("firstMillis", segment.firstMillis());
    json.number("lastMillis", segment.lastMillis());
    json.number("snapshots", segment.snapshots());
    json.number("periodMillis", segment.periodMillis());
    json.text("taskId", segment.taskId());
    json.flag("part", part);
    json.number("gaps", segment.gaps());
  }

  /** Columns: a node is a place in each of them. */
  static void columns(Json json, ProfileAnalysis.Found found, int requests) throws IOException {
    StackTree tree = found.tree();
    json.number("snapshots", found.snapshots());
    json.number("found", found.found());
    json.number("segments", found.segments());
    json.number("requests", requests);
    json.number("periodMillis", found.periodMillis());
    json.number("millis", found.millis());
    json.number("errorMillis", Math.round(found.errorMillis()));
    json.flag("truncated", found.truncated());
    json.number("limit", ProfileAnalysis.LIMIT);
    json.number("cut", found.cut());
    json.texts(
        "states",
        StackTree.STATES.stream().map(each -> each.name().toLowerCase(Locale.ROOT)).toList());
    json.texts("frames", tree.frames());
    int size = tree.size();
    json.object(
        "nodes",
        () -> {
          long[] column = new long[size];
          for (int node = 0; node < size; node++) {
            column[node] = tree.parent(node);
          }
          json.numbers("parent", column, size);
          for (int node = 0; node < size; node++) {
            column[node] = tree.frameOf(node);
          }
          json.numbers("frame", column, size);
          for (int node = 0; node < size; node++) {
            column[node] = tree.selfSamples(node);
          }
          json.numbers("samples", column, size);
          json.arrays(
              "selfMicros",
              StackTree.STATES.size(),
              state -> {
                for (int node = 0; node < size; node++) {
                  column[node] = tree.selfMicros(state, node);
                }
                return column;
              });
        });
  }

  /**
   * SkyWalking's {@code ProfileAnalyzation}: one tree for each outermost frame, ids from 1, the
   * root's parent is 0.
   *
   * <p>Times are rounded down to milliseconds from sums of microseconds, so that what is left of a
   * node without its children is never negative.
   */
  static void trees(Json json, ProfileAnalysis.Found found) throws IOException {
    StackTree tree = found.tree();
    json.text("tip", tip(found));
    long[] micros = tree.totalMicros();
    long[] samples = tree.totalSamples();
    long[] childMillis = new long[tree.size()];
    int[] rootOf = new int[tree.size()];
    int[] ids = new int[tree.size()];
    List<List<Integer>> members = new ArrayList<>();
    for (int node = 0; node < tree.size(); node++) {
      int parent = tree.parent(node);
      if (parent == StackTree.ROOT) {
        rootOf[node] = members.size();
        members.add(new ArrayList<>());
      } else {
        rootOf[node] = rootOf[parent];
        childMillis[parent] += micros[node] / 1_000;
      }
      members.get(rootOf[node]).add(node);
      ids[node] = members.get(rootOf[node]).size();
    }
    json.objects(
        "trees",
        members,
        nodes ->
            json.objects(
                "elements",
                nodes,
                node -> {
                  int parent = tree.parent(node);
                  long millis = micros[node] / 1_000;
                  json.number("id", ids[node]);
                  json.number("parentId", parent == StackTree.ROOT ? 0 : ids[parent]);
                  json.text("codeSignature", tree.frameText(tree.frameOf(node)));
                  json.number("duration", millis);
                  json.number("durationChildExcluded", millis - childMillis[node]);
                  json.number("count", samples[node]);
                }));
  }

  private static @Nullable String tip(ProfileAnalysis.Found found) {
    if (found.found() == 0) {
      return "Data not found";
    }
    return found.truncated()
        ? "Out of snapshot analyze limit, "
            + found.found()
            + " snapshots found, and "
            + found.snapshots()
            + " of them, evenly chosen, are analysed"
        : null;
  }
}
