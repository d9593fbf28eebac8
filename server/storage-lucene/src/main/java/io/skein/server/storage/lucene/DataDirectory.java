package io.skein.server.storage.lucene;

import io.skein.server.storage.AccountBook;
import io.skein.server.storage.AccountBookFile;
import io.skein.server.storage.StorageException;
import io.skein.server.storage.profile.ProfileTasks;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.util.IOUtils;
import org.jspecify.annotations.Nullable;

/**
 * The store's directory. Nothing outside it is ever written.
 *
 * <pre>
 * format           "skein store 1": what the rest means
 * lock             held by the server that uses the directory; its process id
 * book             the figures of AccountBook, and which partitions retention has removed
 * properties       the properties of AccountBook
 * profile-tasks    ProfileTasks; one that is damaged is called damaged-profile-tasks-...
 * partitions/
 *   00000001/      Partition; numbers grow with time
 *   damaged-...    a partition that could not be opened; retention takes it first
 * </pre>
 *
 * <p>These three files are replaced as a whole: written beside, forced, renamed. They begin with a
 * checksum (4).
 */
final class DataDirectory implements Closeable {
  private static final Logger LOG = System.getLogger(DataDirectory.class.getName());
  private static final String FORMAT = "skein store 1";
  private static final Pattern PARTITION = Pattern.compile("\\d{8,18}");

  private final Path root;
  private final FileChannel lockChannel;

  private DataDirectory(Path root, FileChannel lockChannel) {
    this.root = root;
    this.lockChannel = lockChannel;
  }

  static DataDirectory open(Path root) {
    try {
      make(root);
    } catch (IOException e) {
      throw new StorageException(
          "the data directory "
              + root
              + " cannot be made ("
              + reason(e)
              + "); name another one, or give this user the right to write there",
          e);
    }
    FileChannel channel = lock(root);
    try {
      checkFormat(root);
      Files.createDirectories(root.resolve("partitions"));
      forceNames(root);
      return new DataDirectory(root, channel);
    } catch (IOException | RuntimeException e) {
      closeQuietly(channel);
      if (e instanceof StorageException known) {
        throw known;
      }
      throw new StorageException(
          "the data directory "
              + root
              + " cannot be used ("
              + reason(e)
              + "); see whether the disk is full or read-only",
          e);
    }
  }

  /**
   * Makes the directory where it is missing, readable for its user alone: statements and addresses
   * of many services are in it. One that is there keeps the rights that somebody gave it.
   */
  private static void make(Path root) throws IOException {
    if (Files.isDirectory(root)) {
      return;
    }
    Path parent = root.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    boolean posix = root.getFileSystem().supportedFileAttributeViews().contains("posix");
    try {
      if (posix) {
        Files.createDirectory(
            root,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      } else {
        Files.createDirectory(root);
      }
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(root)) {
        throw e;
      }
    }
  }

  /** What went wrong, without a class name where the message says it all. */
  static String reason(Exception e) {
    Throwable cause = cause(e);
    String message = cause.getMessage();
    return message == null || message.isBlank() || cause instanceof NoSuchFileException
        ? cause.toString()
        : cause.getClass().getSimpleName() + ": " + message;
  }

  /** What made Lucene close a writer by itself, for whoever finds it closed. */
  static Throwable cause(Throwable e) {
    Throwable cause = e.getCause();
    return e instanceof AlreadyClosedException && cause != null ? cause : e;
  }

  private static FileChannel lock(Path root) {
    Path file = root.resolve("lock");
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw inUse(root, holder(channel));
      }
      channel.truncate(0);
      String pid = Long.toString(ProcessHandle.current().pid());
      channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
      return channel;
    } catch (OverlappingFileLockException e) {
      closeQuietly(channel);
      throw inUse(root, "this one");
    } catch (IOException e) {
      closeQuietly(channel);
      throw new StorageException(
          "the lock file " + file + " cannot be used (" + reason(e) + ")", e);
    } catch (StorageException e) {
      closeQuietly(channel);
      throw e;
    }
  }

  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer pid = ByteBuffer.allocate(20);
    channel.read(pid, 0);
    return new String(pid.array(), 0, pid.position(), StandardCharsets.US_ASCII).strip();
  }

  private static StorageException inUse(Path root, String process) {
    return new StorageException(
        "the data directory "
            + root
            + " is in use by another server (process "
            + process
            + "); stop that one, or give this one another data directory");
  }

  private static void checkFormat(Path root) throws IOException {
    Path file = root.resolve("format");
    // An empty one was begun when the machine lost its power, by a version that did not force it.
    if (Files.exists(file) && Files.size(file) > 0) {
      String found = Files.readString(file).strip();
      if (!found.equals(FORMAT)) {
        throw new StorageException(
            "the data directory "
                + root
                + " is of the format \""
                + (found.length() > 50 ? found.substring(0, 50) + "..." : found)
                + "\", and this server reads \""
                + FORMAT
                + "\"; use the server that wrote it, or an empty directory");
      }
      return;
    }
    if (!Files.exists(file) && Files.exists(root.resolve("partitions"))) {
      throw new StorageException(
          "the data directory "
              + root
              + " has partitions, but no file \"format\" that says what they are; put \""
              + FORMAT
              + "\" into it if they are this server's, or use an empty directory");
    }
    // Forced before there is anything else: without it nobody could open the rest again.
    replace(file, ByteBuffer.wrap((FORMAT + "\n").getBytes(StandardCharsets.US_ASCII)));
  }

  /**
   * Forces the names in a directory to the disk: a file whose content is there is nevertheless gone
   * with the power when its name is not.
   */
  static void forceNames(Path directory) throws IOException {
    IOUtils.fsync(directory, true);
  }

  Path root() {
    return root;
  }

  /** Forces what the store's own files are called: after one was replaced. */
  void forceNames() throws IOException {
    forceNames(root);
  }

  /** Forces what partitions there are: after one was begun. */
  void forcePartitionNames() throws IOException {
    forceNames(root.resolve("partitions"));
  }

  Path partition(long sequence) {
    return root.resolve("partitions").resolve(String.format("%08d", sequence));
  }

  /** The partitions that are there, oldest first. */
  SortedMap<Long, Path> partitions() throws IOException {
    TreeMap<Long, Path> found = new TreeMap<>();
    try (Stream<Path> children = Files.list(root.resolve("partitions"))) {
      for (Path child : children.toList()) {
        String name = child.getFileName().toString();
        if (PARTITION.matcher(name).matches()) {
          found.put(Long.parseLong(name), child);
        }
      }
    }
    return found;
  }

  /** Puts a partition that cannot be opened out of the way. */
  void setAside(Path partition, Exception why) throws IOException {
    Path aside =
        partition.resolveSibling(
            "damaged-" + partition.getFileName() + "-" + System.currentTimeMillis());
    Files.move(partition, aside);
    LOG.log(
        Level.WARNING,
        "the partition {0} cannot be opened ({1}): it is now called {2}, is not searched, and goes"
            + " when room is needed",
        partition,
        reason(why),
        aside.getFileName());
  }

  /** Deletes a damaged partition, if there is one. */
  boolean deleteDamaged() throws IOException {
    try (Stream<Path> children = Files.list(root.resolve("partitions"))) {
      for (Path child : children.sorted(Comparator.naturalOrder()).toList()) {
        if (child.getFileName().toString().startsWith("damaged-")) {
          delete(child);
          return true;
        }
      }
    }
    return false;
  }

  /** How many bytes all files have together. */
  long measure() throws IOException {
    long[] sum = {0};
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<Path>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            sum[0] += attributes.size();
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE; // Merged away between listing and looking.
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException e) {
            return FileVisitResult.CONTINUE; // Removed by retention meanwhile.
          }
        });
    return sum[0];
  }

  static long measure(Path directory) {
    long sum = 0;
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        sum += Files.isDirectory(file) ? measure(file) : Files.size(file);
      }
    } catch (IOException e) {
      // Merged away between listing and looking; the next look sees it.
    }
    return sum;
  }

  static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  // ---- the book

  // The writer and the upkeep both save.
  synchronized void saveFigures(AccountBook book, long removedThrough) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeLong(removedThrough);
      AccountBookFile.writeFigures(book, out);
    }
    replace(root.resolve("book"), bytes.toByteArray());
  }

  synchronized void saveProperties(AccountBook book) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      AccountBookFile.writeProperties(book, out);
    }
    replace(root.resolve("properties"), bytes.toByteArray());
  }

  /** Reads both, and returns the number of the last partition that retention removed. */
  long loadBook(AccountBook book) {
    long removedThrough = 0;
    try (DataInputStream in = checked(root.resolve("book"))) {
      removedThrough = in.readLong();
      AccountBookFile.readFigures(book, in);
    } catch (NoSuchFileException e) {
      // A new store.
    } catch (IOException | RuntimeException e) {
      LOG.log(
          Level.WARNING,
          "the account book in {0} cannot be read ({1}): counting of duplicates, refusals and"
              + " removals begins anew; the traces are not affected",
          root,
          reason(e));
    }
    try (DataInputStream in = checked(root.resolve("properties"))) {
      AccountBookFile.readProperties(book, in);
    } catch (NoSuchFileException e) {
      // A new store, or no agent has said any.
    } catch (IOException | RuntimeException e) {
      LOG.log(
          Level.WARNING,
          "the instance properties in {0} cannot be read ({1}): agents will send them again",
          root,
          reason(e));
    }
    return removedThrough;
  }

  /** Opens a file whose checksum is right. */
  static DataInputStream checked(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
    if (bytes.remaining() < 4 || bytes.getInt() != checksum(bytes.array(), 4)) {
      throw new IOException(file + " is damaged");
    }
    return new DataInputStream(
        new ByteArrayInputStream(bytes.array(), 4, bytes.array().length - 4));
  }

  /** Replaces a file as a whole, with a checksum in front. Its name is not forced. */
  static void replace(Path file, byte[] content) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4 + content.length);
    replace(file, bytes.putInt(checksum(content, 0)).put(content).flip());
  }

  private static void replace(Path file, ByteBuffer bytes) throws IOException {
    Path beside = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel channel =
        FileChannel.open(
            beside,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  // ---- the profile tasks

  /** Opens the tasks that are there; those of a damaged file are set aside. */
  ProfileTasks loadTasks() {
    Path file = root.resolve("profile-tasks");
    ProfileTasks.Disk disk = this::saveTasks;
    try (DataInputStream in = checked(file)) {
      return new ProfileTasks(disk, in.readAllBytes());
    } catch (NoSuchFileException e) {
      return new ProfileTasks(disk);
    } catch (IOException | RuntimeException e) {
      Path aside = file.resolveSibling("damaged-profile-tasks-" + System.currentTimeMillis());
      LOG.log(
          Level.WARNING,
          "the profile tasks in {0} cannot be read ({1}): the file is now called {2}, and there are"
              + " no tasks. Agents end those they have at their time; make anew what is needed. The"
              + " traces are not affected",
          root,
          reason(e),
          aside.getFileName());
      try {
        Files.move(file, aside);
      } catch (IOException cannot) {
        LOG.log(
            Level.WARNING,
            "{0} cannot be renamed ({1}) and will be overwritten by the next task",
            file,
            reason(cannot));
      }
      return new ProfileTasks(disk);
    }
  }

  private void saveTasks(byte[] content) throws IOException {
    synchronized (this) {
      replace(root.resolve("profile-tasks"), content);
    }
    forceNames();
  }

  private static int checksum(byte[] bytes, int from) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, bytes.length - from);
    return (int) crc.getValue();
  }

  @Override
  public void close() {
    closeQuietly(lockChannel);
  }

  private static void closeQuietly(@Nullable FileChannel c) {
    if (c != null) {
      try {
        c.close();
      } catch (IOException e) {
        // Closing releases the lock even so.
      }
    }
  }
}
