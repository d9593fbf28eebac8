package io.skein.server.storage.profile;

import io.skein.core.profile.ProfileTask;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

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
    text(out, task.id());
    text(out, entry.service);
    text(out, task.endpoint());
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
      text(out, instance.name());
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
    String id = text(in);
    String service = text(in);
    ProfileTask task =
        new ProfileTask(
            id,
            text(in),
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
      String name = text(in);
      entry.instances.put(
          name, new TaskRecord.Instance(name, time(in), time(in), in.readBoolean()));
    }
    return entry;
  }

  private static void time(DataOutputStream out, @org.jspecify.annotations.Nullable Long millis)
      throws IOException {
    out.writeLong(millis == null ? -1 : millis);
  }

  private static @org.jspecify.annotations.Nullable Long time(DataInputStream in)
      throws IOException {
    long millis = in.readLong();
    return millis < 0 ? null : (Long) millis;
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(utf8.length);
    out.write(utf8);
  }

  private static String text(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0) {
      throw new IOException("a text of " + length + " bytes");
    }
    byte[] utf8 = in.readNBytes(length);
    if (utf8.length < length) {
      throw new EOFException("a text of " + length + " bytes ends after " + utf8.length);
    }
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
