package io.skein.server.storage.profile;

import io.skein.core.profile.ProfileTask;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The profile tasks, and which instances were given them and have finished them.
 *
 * <p><b>Times.</b> Agents ask for tasks made after the last one they know, so two tasks that are
 * made in one millisecond, or around a clock that is put back, must not have the same time: a time
 * of creation is always greater than every one before, and so is that of a stop, which agents
 * remember alike. The id has that time in it and is unique for the same reason.
 *
 * <p><b>Delivery.</b> An instance is given every task of its service that it does not know and
 * whose end has not passed, also long before its start and long after: agents schedule, and start
 * late ones at once. SkyWalking's server tells only of tasks near their start, and forgets
 * instances that come later.
 *
 * <p><b>Durability.</b> A task is on the disk before its maker is answered, and so is what an
 * instance was told or has said: the futures complete when the file is there. Whoever owns the file
 * calls {@link #save()} often; who cannot wait calls it as well.
 *
 * <p><b>Bounds.</b> {@value #MAX_TASKS} tasks, of which those that ended longest ago go first;
 * {@value #MAX_INSTANCES} instances of one task, then further ones are served and not noted.
 *
 * <p>Safe for use by several threads.
 */
public final class ProfileTasks {
  public static final int MAX_TASKS = 1_000;
  public static final int MAX_INSTANCES = 10_000;

  /** Of a name of an endpoint, a service or an instance. */
  public static final int MAX_NAME_CHARS = 1_000;

  private static final int MAX_NAME_BYTES_IN_ID = 200;

  // SkyWalking's agents have room for 64 commands that wait; the rest comes with the next poll.
  private static final int MAX_ORDERS = 32;

  /** Where the tasks are kept. */
  public interface Disk {
    /** Replaces what is there as a whole; when this returns, it survives the machine's end. */
    void save(byte[] content) throws IOException;
  }

  /** What a maker of a task is told. */
  public sealed interface Made {
    /** It is made, and on the disk. */
    record Done(String id) implements Made {}

    /** It breaks a rule. */
    record Wrong(ProfileTask.Refusal refusal) implements Made {}

    /** It meets another task of its service. */
    record Overlap(TaskRecord other) implements Made {}

    /** There are as many tasks as can be, and none of them is over. */
    record Full() implements Made {}

    /** It could not be written. */
    record Failed(String reason) implements Made {}
  }

  /**
   * What an instance is told.
   *
   * @param tasks to run, oldest first
   * @param stops to end; the time is that of the stop
   * @param noted completes when it is on the disk that the instance was told
   */
  public record Orders(List<ProfileTask> tasks, List<Stop> stops, CompletableFuture<Void> noted) {
    public Orders {
      tasks = List.copyOf(tasks);
      stops = List.copyOf(stops);
    }
  }

  /** An order to end a task. */
  public record Stop(String taskId, long stoppedMillis) {}

  private static final CompletableFuture<Void> NOTHING = CompletableFuture.completedFuture(null);

  private static final System.Logger LOG = System.getLogger(ProfileTasks.class.getName());

  private final @Nullable Disk disk;
  private final Object saving = new Object();
  private boolean failing;
  private final Map<String, Entry> tasks = new LinkedHashMap<>();
  private long lastMillis;
  private boolean changed;
  private CompletableFuture<Void> next = new CompletableFuture<>();

  static final class Entry {
    final ProfileTask task;
    final String service;
    @Nullable Long stoppedMillis;
    final Map<String, TaskRecord.Instance> instances = new LinkedHashMap<>();
    long dropped;

    Entry(ProfileTask task, String service) {
      this.task = task;
      this.service = service;
    }

    boolean isOver(long nowMillis) {
      return nowMillis >= task.endMillis() || stoppedMillis != null;
    }

    TaskRecord toRecord() {
      return new TaskRecord(
          task, service, stoppedMillis, new ArrayList<>(instances.values()), dropped);
    }
  }

  /** Tasks in memory alone. */
  public ProfileTasks() {
    this.disk = null;
  }

  /** No tasks yet, which are kept on a disk. */
  public ProfileTasks(Disk disk) {
    this.disk = disk;
  }

  /**
   * The tasks that were saved before.
   *
   * @throws IOException when the content is damaged; nothing of it is then to be used
   */
  public ProfileTasks(Disk disk, byte[] content) throws IOException {
    this.disk = disk;
    for (Entry entry : ProfileTasksFile.read(content)) {
      tasks.put(entry.task.id(), entry);
      lastMillis = Math.max(lastMillis, entry.task.createMillis());
      Long stopped = entry.stoppedMillis;
      lastMillis = Math.max(lastMillis, stopped == null ? 0 : stopped);
    }
  }

  /** Makes a task, or says why not. Waits for the disk. */
  public Made create(TaskDraft draft, long nowMillis) {
    Entry made;
    CompletableFuture<Void> saved;
    synchronized (this) {
      long created = Math.max(nowMillis, lastMillis + 1);
      Long start = draft.startMillis();
      ProfileTask task =
          new ProfileTask(
              id(created, draft.service()),
              draft.endpoint(),
              start == null ? nowMillis : start,
              draft.durationMinutes(),
              draft.minDurationMillis(),
              draft.periodMillis(),
              draft.maxSamples(),
              created);
      ProfileTask.Refusal refusal = refusal(draft, task, nowMillis);
      if (refusal != null) {
        return new Made.Wrong(refusal);
      }
      for (Entry other : tasks.values()) {
        if (other.service.equals(draft.service())
            && !other.isOver(nowMillis)
            && other.task.meets(task)) {
          return new Made.Overlap(other.toRecord());
        }
      }
      if (!makeRoom(nowMillis)) {
        return new Made.Full();
      }
      lastMillis = created;
      made = new Entry(task, draft.service());
      tasks.put(task.id(), made);
      saved = changed();
    }
    save();
    try {
      saved.join();
      return new Made.Done(made.task.id());
    } catch (java.util.concurrent.CompletionException e) {
      synchronized (this) {
        tasks.remove(made.task.id());
      }
      return new Made.Failed(String.valueOf(e.getCause()));
    }
  }

  private static ProfileTask.@Nullable Refusal refusal(
      TaskDraft draft, ProfileTask task, long nowMillis) {
    if (draft.service().isBlank()) {
      return new ProfileTask.Refusal("service", draft.service(), "the name of a service");
    }
    if (draft.service().length() > MAX_NAME_CHARS) {
      return tooLong("service", draft.service());
    }
    if (draft.endpoint().length() > MAX_NAME_CHARS) {
      return tooLong("endpoint", draft.endpoint());
    }
    ProfileTask.Refusal refusal = task.refusal();
    if (refusal == null && task.endMillis() <= nowMillis) {
      return new ProfileTask.Refusal(
          "startMillis",
          Long.toString(task.startMillis()),
          "so late that the task is not over already; it is " + nowMillis + " now");
    }
    return refusal;
  }

  private static ProfileTask.Refusal tooLong(String field, String value) {
    return new ProfileTask.Refusal(field, value, "at most " + MAX_NAME_CHARS + " characters long");
  }

  /** As SkyWalking's: agents take it as it is. A long name would make an id that nobody takes. */
  private static String id(long createMillis, String service) {
    byte[] name = service.getBytes(StandardCharsets.UTF_8);
    return createMillis
        + "_"
        + Base64.getEncoder().encodeToString(name.length <= MAX_NAME_BYTES_IN_ID ? name : sha(name))
        + ".1";
  }

  private static byte[] sha(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }

  private boolean makeRoom(long nowMillis) {
    if (tasks.size() < MAX_TASKS) {
      return true;
    }
    Entry oldest = null;
    for (Entry entry : tasks.values()) {
      if (entry.isOver(nowMillis)
          && (oldest == null || entry.task.endMillis() < oldest.task.endMillis())) {
        oldest = entry;
      }
    }
    return oldest != null && tasks.remove(oldest.task.id(), oldest);
  }

  /**
   * Stops a task by hand; one that is over stays as it is. Waits for the disk.
   *
   * @return what it is now; null when there is none
   * @throws IOException when it could not be written; it is then not stopped
   */
  public @Nullable TaskRecord stop(String id, long nowMillis) throws IOException {
    Entry entry;
    CompletableFuture<Void> saved;
    synchronized (this) {
      entry = tasks.get(id);
      if (entry == null || entry.isOver(nowMillis)) {
        return entry == null ? null : entry.toRecord();
      }
      lastMillis = Math.max(nowMillis, lastMillis + 1);
      entry.stoppedMillis = lastMillis;
      saved = changed();
    }
    save();
    try {
      saved.join();
    } catch (java.util.concurrent.CompletionException e) {
      synchronized (this) {
        entry.stoppedMillis = null;
      }
      throw new IOException("the task could not be written", e.getCause());
    }
    synchronized (this) {
      return entry.toRecord();
    }
  }

  /**
   * What an instance that asks is to be told.
   *
   * @param lastCommandMillis the time of the newest command it knows; -1 for none
   * @param ours whether it is a Skein agent; others do not know how to stop
   */
  public synchronized Orders poll(
      String service, String instance, long lastCommandMillis, boolean ours, long nowMillis) {
    // By time, whatever it says: an agent remembers the latest, and never gets what was before.
    TreeMap<Long, Entry> due = new TreeMap<>();
    for (Entry entry : tasks.values()) {
      if (entry.service.equals(service) && entry.task.endMillis() > nowMillis) {
        Long stopped = entry.stoppedMillis;
        if (stopped == null && entry.task.createMillis() > lastCommandMillis) {
          due.put(entry.task.createMillis(), entry);
        } else if (stopped != null
            && ours
            && stopped > lastCommandMillis
            && entry.instances.containsKey(instance)) {
          due.put(stopped, entry);
        }
      }
    }
    List<ProfileTask> run = new ArrayList<>();
    List<Stop> stops = new ArrayList<>();
    boolean noted = false;
    for (Entry entry : due.values().stream().limit(MAX_ORDERS).toList()) {
      Long stopped = entry.stoppedMillis;
      if (stopped == null) {
        run.add(entry.task);
        noted |= note(entry, instance, ours, nowMillis, null);
      } else {
        stops.add(new Stop(entry.task.id(), stopped));
      }
    }
    return new Orders(run, stops, noted ? changed() : NOTHING);
  }

  /**
   * Notes that an instance is done with a task.
   *
   * @return completes when that is on the disk; null when there is no such task of the service
   */
  public synchronized @Nullable CompletableFuture<Void> finished(
      String service, String instance, String taskId, boolean ours, long nowMillis) {
    Entry entry = tasks.get(taskId);
    if (entry == null || !entry.service.equals(service)) {
      return null;
    }
    return note(entry, instance, ours, null, nowMillis) ? changed() : NOTHING;
  }

  /** Notes what is not noted yet; false when there is nothing new, or no room. */
  private static boolean note(
      Entry entry,
      String instance,
      boolean ours,
      @Nullable Long notifiedMillis,
      @Nullable Long finishedMillis) {
    TaskRecord.Instance before = entry.instances.get(instance);
    if (before == null
        && (entry.instances.size() >= MAX_INSTANCES || instance.length() > MAX_NAME_CHARS)) {
      return false;
    }
    TaskRecord.Instance now =
        before == null
            ? new TaskRecord.Instance(instance, notifiedMillis, finishedMillis, ours)
            : new TaskRecord.Instance(
                instance,
                before.notifiedMillis() == null ? notifiedMillis : before.notifiedMillis(),
                before.finishedMillis() == null ? finishedMillis : before.finishedMillis(),
                ours);
    entry.instances.put(instance, now);
    return !now.equals(before);
  }

  /** Notes that snapshots of a task were refused. */
  public synchronized void dropped(String taskId, long snapshots) {
    Entry entry = tasks.get(taskId);
    if (entry != null) {
      entry.dropped += snapshots;
      changed = true;
    }
  }

  /** Whether there is such a task, running or not. */
  public synchronized boolean isKnown(String taskId) {
    return tasks.containsKey(taskId);
  }

  /** The service of a task, or null when there is none. */
  public synchronized @Nullable String serviceOf(String taskId) {
    Entry entry = tasks.get(taskId);
    return entry == null ? null : entry.service;
  }

  /** Returns null when there is no such task. */
  public synchronized @Nullable TaskRecord find(String taskId) {
    Entry entry = tasks.get(taskId);
    return entry == null ? null : entry.toRecord();
  }

  /**
   * Lists tasks, newest first.
   *
   * @param service null: of all services
   * @param endpoint null: of all endpoints
   */
  public synchronized List<TaskRecord> list(
      @Nullable String service, @Nullable String endpoint, int limit) {
    List<TaskRecord> found = new ArrayList<>();
    List<Entry> all = new ArrayList<>(tasks.values());
    for (int i = all.size() - 1; i >= 0 && found.size() < limit; i--) {
      Entry entry = all.get(i);
      if ((service == null || service.equals(entry.service))
          && (endpoint == null || endpoint.equals(entry.task.endpoint()))) {
        found.add(entry.toRecord());
      }
    }
    return found;
  }

  /** Forgets tasks that are over and that the condition holds for. */
  public synchronized void forget(long nowMillis, Predicate<TaskRecord> condition) {
    boolean any =
        tasks
            .values()
            .removeIf(entry -> entry.isOver(nowMillis) && condition.test(entry.toRecord()));
    changed |= any;
  }

  /** The caller holds this object's lock. The future completes when the change is saved. */
  private CompletableFuture<Void> changed() {
    changed = true;
    return disk == null ? NOTHING : next;
  }

  /** Saves what has changed since the last time; without a change it does nothing. Any thread. */
  public void save() {
    Disk target = disk;
    if (target == null) {
      return;
    }
    synchronized (saving) {
      byte[] content;
      CompletableFuture<Void> saved;
      synchronized (this) {
        if (!changed) {
          return;
        }
        changed = false;
        saved = next;
        next = new CompletableFuture<>();
        content = ProfileTasksFile.write(tasks.values());
      }
      try {
        target.save(content);
        if (failing) {
          LOG.log(System.Logger.Level.INFO, "the profile tasks are written again");
        }
        failing = false;
        saved.complete(null);
      } catch (IOException | RuntimeException e) {
        if (!failing) {
          LOG.log(
              System.Logger.Level.WARNING,
              "the profile tasks cannot be written ({0}): none is made or stopped until that is"
                  + " over, and agents that have finished one will say so again; trying again all"
                  + " the time. Make room on the disk",
              e.getMessage());
        }
        failing = true;
        synchronized (this) {
          changed = true;
        }
        saved.completeExceptionally(e);
      }
    }
  }
}
