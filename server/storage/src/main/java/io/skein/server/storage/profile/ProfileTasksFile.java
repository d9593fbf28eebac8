package io.skein.server.storage.profile;

import io.skein.core.profile.ProfileTask;
import io.skein.server.storage.BookText;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@link ProfileTasks} as bytes.
 *
 * <pre>
 * tasks    | version 1 (4) | tasks (4) | then for each:
 *          | id, service, endpoint | start (8) | minutes (4) | least duration (4) | period (4)
 *          | samples (4) | created (8) | stopped (8), -1 for not | dropped (8)
 *          | instances (4) | then for each: name, notified (8), finished (8), -1 for not, ours (1)
 * text     | length (4) | UTF-8
 * </pre>
 */
final class ProfileTasksFile {
  private static final int VERSION = 1;

  private ProfileTasksFile() {}

  static byte[] write(Collection<ProfileTasks.Entry> tasks) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(VERSION);
      out.writeInt(tasks.size());
      for (ProfileTasks.Entry entry : tasks) {
        write(entry, out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  private static void write(ProfileTasks.Entry entry, DataOutputStream out) throws IOException {
    ProfileTask task = entry.task;
    BookText.write(out, task.id());
    BookText.write(out, entry.service);
    BookText.write(out, task.endpoint());
    out.writeLong(task.startMillis());
    out.writeInt(task.durationMinutes());
    out.writeInt(task.minDurationMillis());
    out.writeInt(task.periodMillis());
    out.writeInt(task.maxSamples());
    out.writeLong(task.createMillis());
    time(out, entry.stoppedMillis);
    out.writeLong(entry.dropped);
    out.writeInt(entry.instances.size());
    for (TaskRecord.Instance instance : entry.instances.values()) {
      BookText.write(out, instance.name());
      time(out, instance.notifiedMillis());
      time(out, instance.finishedMillis());
      out.writeBoolean(instance.ours());
    }
  }

  static List<ProfileTasks.Entry> read(byte[] content) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(content));
    int version = in.readInt();
    if (version != VERSION) {
      throw new IOException("the profile tasks have the version " + version);
    }
    int count = in.readInt();
    List<ProfileTasks.Entry> tasks = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < count; i++) {
      ProfileTasks.Entry entry = entry(in);
      ProfileTask.Refusal refusal = entry.task.refusal();
      if (refusal != null || !ids.add(entry.task.id())) {
        throw new IOException(
            refusal == null ? "a profile task is there twice" : refusal.message());
      }
      tasks.add(entry);
    }
    if (in.read() >= 0) {
      throw new IOException("there is something behind the profile tasks");
    }
    return tasks;
  }

  private static ProfileTasks.Entry entry(DataInputStream in) throws IOException {
    String id = BookText.read(in);
    String service = BookText.read(in);
    ProfileTask task =
        new ProfileTask(
            id,
            BookText.read(in),
            in.readLong(),
            in.readInt(),
            in.readInt(),
            in.readInt(),
            in.readInt(),
            in.readLong());
    ProfileTasks.Entry entry = new ProfileTasks.Entry(task, service);
    entry.stoppedMillis = time(in);
    entry.dropped = in.readLong();
    int instances = in.readInt();
    for (int i = 0; i < instances; i++) {
      String name = BookText.read(in);
      entry.instances.put(
          name, new TaskRecord.Instance(name, time(in), time(in), in.readBoolean()));
    }
    return entry;
  }

  private static void time(DataOutputStream out, @Nullable Long millis) throws IOException {
    out.writeLong(millis == null ? -1 : millis);
  }

  private static @Nullable Long time(DataInputStream in) throws IOException {
    long millis = in.readLong();
    return millis < 0 ? null : (Long) millis;
  }
}
