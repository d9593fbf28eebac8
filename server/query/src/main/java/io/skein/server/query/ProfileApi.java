package io.skein.server.query;

import io.skein.core.profile.ProfileTask;
import io.skein.server.storage.StoredTrace.StoredSegment;
import io.skein.server.storage.TraceReading;
import io.skein.server.storage.TraceStore;
import io.skein.server.storage.profile.ProfileStore;
import io.skein.server.storage.profile.ProfileTasks;
import io.skein.server.storage.profile.SampleTotals;
import io.skein.server.storage.profile.SampledSegment;
import io.skein.server.storage.profile.Snapshot;
import io.skein.server.storage.profile.TaskDraft;
import io.skein.server.storage.profile.TaskRecord;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The questions about profiling, and the two requests that change something. */
final class ProfileApi {
  private static final int MAX_SEGMENTS = 1_000;
  // As many as fit into a request's line.
  private static final int MAX_ASKED = 60;
  private static final int MAX_TASKS = 1_000;
  private static final int REMEMBERED_FIGURES = 500;
  private static final TraceReading.Limit TRACE = new TraceReading.Limit(250_000, 128L << 20);
  private static final Set<String> DRAFT =
      Set.of(
          "service",
          "endpoint",
          "startMillis",
          "durationMinutes",
          "minMillis",
          "periodMillis",
          "maxSamples");

  private final TraceStore store;
  private final ProfileStore profiles;
  private final ProfileTasks tasks;
  private final InstantSource clock;

  // Requests are counted by looking at segments; those of a task that has ended do not change.
  private final LinkedHashMap<String, Remembered> figures =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Remembered> eldest) {
          return size() > REMEMBERED_FIGURES;
        }
      };

  private record Remembered(SampleTotals totals, ProfileJson.Figures figures) {}

  ProfileApi(TraceStore store, InstantSource clock) {
    this.store = store;
    this.profiles = store.profiles();
    this.tasks = store.profileTasks();
    this.clock = clock;
  }

  Map<String, Api.Route> routes() {
    return Map.of(
        "/api/profile/tasks",
        new Api.Route(Set.of("service", "endpoint", "limit"), this::list),
        "/api/profile/task",
        new Api.Route(Set.of("id"), this::task),
        "/api/profile/segments",
        new Api.Route(Set.of("traceId"), this::segments),
        "/api/profile/analysis",
        new Api.Route(Set.of("segment", "task", "from", "to", "form"), this::analysis));
  }

  /** What changes something, by path. */
  Map<String, Api.Change> changes() {
    return Map.of("/api/profile/tasks", this::create, "/api/profile/tasks/stop", this::stop);
  }

  // ---- questions

  private Api.Result list(Parameters parameters) throws RequestException {
    List<TaskRecord> found =
        tasks.list(
            parameters.text("service"),
            parameters.text("endpoint"),
            parameters.limit(50, MAX_TASKS));
    long now = clock.millis();
    List<ProfileJson.Figures> counted = found.stream().map(this::figures).toList();
    return json -> {
      json.number("nowMillis", now);
      json.array(
          "tasks",
          () -> {
            for (int i = 0; i < found.size(); i++) {
              TaskRecord each = found.get(i);
              ProfileJson.Figures its = counted.get(i);
              json.object(() -> ProfileJson.task(json, each, its, now));
            }
          });
    };
  }

  private ProfileJson.Figures figures(TaskRecord task) {
    String id = task.task().id();
    SampleTotals totals = profiles.totals(id);
    if (totals.segments() == 0) {
      return new ProfileJson.Figures(0, 0, 0);
    }
    synchronized (figures) {
      Remembered known = figures.get(id);
      if (known != null && known.totals().equals(totals)) {
        return known.figures();
      }
    }
    return figures(id, totals, SampledRequests.of(store, profiles.ofTask(id, MAX_SEGMENTS)));
  }

  private ProfileJson.Figures figures(String id, SampleTotals totals, SampledRequests requests) {
    long segments = requests.segments().size();
    ProfileJson.Figures counted =
        new ProfileJson.Figures(
            segments == MAX_SEGMENTS ? totals.segments() : segments,
            requests.requests(),
            totals.snapshots());
    if (requests.haveArrived()) {
      synchronized (figures) {
        figures.put(id, new Remembered(totals, counted));
      }
    }
    return counted;
  }

  private Api.Result task(Parameters parameters) throws RequestException {
    TaskRecord task = known(parameters.needed("id", "the id of a task"));
    String id = task.task().id();
    SampleTotals totals = profiles.totals(id);
    List<SampledSegment> all = profiles.ofTask(id, MAX_SEGMENTS + 1);
    List<SampledSegment> some = all.subList(0, Math.min(MAX_SEGMENTS, all.size()));
    SampledRequests requests = SampledRequests.of(store, some);
    ProfileJson.Figures counted = figures(id, totals, requests);
    long now = clock.millis();
    return json -> {
      json.number("nowMillis", now);
      json.object("task", () -> ProfileJson.task(json, task, counted, now));
      ProfileJson.log(json, task);
      ProfileJson.segments(json, some, requests);
      json.flag("more", all.size() > some.size());
    };
  }

  private TaskRecord known(String id) throws RequestException {
    TaskRecord task = tasks.find(id);
    if (task == null) {
      throw RequestException.of(
          404,
          "unknown-task",
          "there is no profile task \"" + RequestException.shortened(id) + "\"");
    }
    return task;
  }

  private Api.Result segments(Parameters parameters) throws RequestException {
    String traceId = parameters.needed("traceId", "the id of a trace");
    List<SampledSegment> found = new ArrayList<>();
    if (!profiles.isEmpty()) {
      try (TraceReading trace = store.read(traceId, TRACE)) {
        if (trace != null) {
          sampledOf(trace, found);
        }
      }
    }
    SampledRequests requests = SampledRequests.of(store, found);
    return json -> ProfileJson.segments(json, found, requests);
  }

  private void sampledOf(TraceReading trace, List<SampledSegment> found) {
    for (StoredSegment next = trace.next();
        next != null && found.size() < MAX_SEGMENTS;
        next = trace.next()) {
      SampledSegment sampled = profiles.ofSegment(next.segment().segmentId());
      if (sampled != null) {
        found.add(sampled);
      }
    }
  }

  private Api.Result analysis(Parameters parameters) throws RequestException {
    List<String> ids = parameters.all("segment", MAX_ASKED);
    String taskId = parameters.text("task");
    if (ids.isEmpty() == (taskId == null)) {
      throw RequestException.missing("segment", "the ids of segments, or else the id of a task");
    }
    Long from = parameters.number("from", Long.MIN_VALUE, Long.MAX_VALUE);
    Long to = parameters.number("to", Long.MIN_VALUE, Long.MAX_VALUE);
    if (from != null && to != null && from > to) {
      throw RequestException.badParameter("to", to.toString(), "at least from, which is " + from);
    }
    boolean trees = isTrees(parameters);
    List<SampledSegment> sampled = taskId == null ? sampled(ids) : ofTask(taskId);
    List<ProfileAnalysis.Wanted> wanted = new ArrayList<>();
    for (SampledSegment segment : sampled) {
      TaskRecord task = tasks.find(segment.taskId());
      wanted.add(
          new ProfileAnalysis.Wanted(segment, task == null ? 0 : task.task().periodMillis()));
    }
    ProfileAnalysis.Found found =
        ProfileAnalysis.of(profiles, wanted, from, to, ProfileAnalysis.LIMIT);
    if (trees) {
      return json -> ProfileJson.trees(json, found);
    }
    int requests = SampledRequests.of(store, sampled).requests();
    return json -> ProfileJson.columns(json, found, requests);
  }

  private static boolean isTrees(Parameters parameters) throws RequestException {
    String form = parameters.text("form");
    if (form == null) {
      return false;
    }
    return switch (form) {
      case "columns" -> false;
      case "trees" -> true;
      default -> throw RequestException.badParameter("form", form, "columns or trees");
    };
  }

  private List<SampledSegment> sampled(List<String> ids) {
    List<SampledSegment> found = new ArrayList<>();
    for (String id : new LinkedHashSet<>(ids)) {
      SampledSegment segment = profiles.ofSegment(id);
      if (segment != null) {
        found.add(segment);
      }
    }
    return found;
  }

  private List<SampledSegment> ofTask(String id) throws RequestException {
    if (!id.equals(Snapshot.SLOW)) {
      known(id);
    }
    return profiles.ofTask(id, MAX_SEGMENTS);
  }

  // ---- changes

  private Api.Result create(byte[] body) throws RequestException {
    JsonBody draft = JsonBody.parse(body, DRAFT);
    ProfileTasks.Made made =
        tasks.create(
            new TaskDraft(
                draft.text("service", "the service to be sampled"),
                draft.text("endpoint", "the endpoint to be sampled"),
                draft.number("startMillis"),
                draft.integer("durationMinutes", "for how many minutes"),
                draft.integer("minMillis", "how old a request is at its first snapshot"),
                draft.integer("periodMillis", "the time from one snapshot to the next"),
                draft.integer("maxSamples", "how many requests each process samples")),
            clock.millis());
    if (made instanceof ProfileTasks.Made.Done done) {
      return json -> json.text("id", done.id());
    }
    throw refusal(made);
  }

  private static RequestException refusal(ProfileTasks.Made made) {
    if (made instanceof ProfileTasks.Made.Wrong wrong) {
      ProfileTask.Refusal refusal = wrong.refusal();
      String field = refusal.field().equals("minDurationMillis") ? "minMillis" : refusal.field();
      return RequestException.badParameter(field, refusal.value(), refusal.expected());
    }
    if (made instanceof ProfileTasks.Made.Overlap overlap) {
      TaskRecord other = overlap.other();
      return RequestException.of(
          409,
          "overlap",
          String.format(
              Locale.ROOT,
              "the service \"%s\" has a task at that time: %s, for the endpoint \"%s\", from %s until"
                  + " %s. Begin later, or stop that one",
              RequestException.shortened(other.service()),
              other.task().id(),
              RequestException.shortened(other.task().endpoint()),
              Instant.ofEpochMilli(other.task().startMillis()),
              Instant.ofEpochMilli(other.task().endMillis())));
    }
    if (made instanceof ProfileTasks.Made.Full) {
      return RequestException.of(
          429,
          "too-many-tasks",
          "there are " + ProfileTasks.MAX_TASKS + " tasks, and none of them is over: stop some");
    }
    String why = made instanceof ProfileTasks.Made.Failed failed ? failed.reason() : "unknown";
    return RequestException.of(
        500, "storage", "the task could not be written and was not made: " + why);
  }

  private Api.Result stop(byte[] body) throws RequestException {
    String id = JsonBody.parse(body, Set.of("id")).text("id", "the id of a task");
    known(id);
    try {
      TaskRecord task = tasks.stop(id, clock.millis());
      if (task == null) {
        known(id); // It went meanwhile.
      }
      String state =
          task == null ? "ended" : task.state(clock.millis()).name().toLowerCase(Locale.ROOT);
      return json -> json.text("state", state);
    } catch (IOException e) {
      throw RequestException.of(
          500, "storage", "the task is not stopped, that could not be written: " + e.getCause());
    }
  }
}
