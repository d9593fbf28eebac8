package io.skein.core.report.spool;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Who made a spool.
 *
 * @param jvm which process of this machine holds the lock: a process that opens a file which it has
 *     locked already, and closes it, has given up its lock
 */
record SpoolIdentity(
    String service, String instance, String processId, String agentVersion, String jvm) {

  static final String FILE = "identity";
  private static final int MAGIC = 0x534B_4944; // SKID
  static final int VERSION = 1;
  private static final int LARGEST = 64 * 1024;

  /** Returns what tells this process from all others, also from one of the same number. */
  static String thisJvm() {
    ProcessHandle process = ProcessHandle.current();
    return process.pid()
        + "@"
        + process.info().startInstant().map(start -> start.toEpochMilli()).orElse(0L);
  }

  void write(Path directory) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(0);
    out.writeInt(MAGIC);
    out.writeInt(VERSION);
    for (String text : new String[] {service, instance, processId, agentVersion, jvm}) {
      out.writeUTF(text);
    }
    byte[] content = bytes.toByteArray();
    ByteBuffer.wrap(content).putInt(0, Records.checksum(content, 4, content.length - 4));
    Path whole = directory.resolve(FILE + ".new");
    Files.write(whole, content);
    Files.move(whole, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Returns the same as held by another process; with an empty name by none. */
  SpoolIdentity heldBy(String other) {
    return new SpoolIdentity(service, instance, processId, agentVersion, other);
  }

  /** What can be said about a directory. */
  enum State {
    READABLE,
    /** Of a version that is not ours: to be left alone. */
    FOREIGN,
    UNREADABLE
  }

  /** What was read; the identity is null unless it is readable. */
  record Read(State state, @Nullable SpoolIdentity identity) {}

  static Read read(Path directory) {
    Path file = directory.resolve(FILE);
    try {
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > LARGEST) {
        return new Read(State.UNREADABLE, null);
      }
      byte[] content = Files.readAllBytes(file);
      if (content.length < 12) {
        return new Read(State.UNREADABLE, null);
      }
      DataInputStream in =
          new DataInputStream(
              new ByteArrayInputStream(Arrays.copyOfRange(content, 4, content.length)));
      int checksum = ByteBuffer.wrap(content).getInt();
      if (checksum != Records.checksum(content, 4, content.length - 4) || in.readInt() != MAGIC) {
        return new Read(State.UNREADABLE, null);
      }
      if (in.readInt() != VERSION) {
        return new Read(State.FOREIGN, null);
      }
      return new Read(
          State.READABLE,
          new SpoolIdentity(in.readUTF(), in.readUTF(), in.readUTF(), in.readUTF(), in.readUTF()));
    } catch (IOException e) {
      return new Read(State.UNREADABLE, null);
    }
  }
}
