package io.skein.core.report.spool;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Directories that nobody but us may write to, on disks that others write to. */
final class OwnFiles {

  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");
  private static final long BLOCK = 4096;

  private OwnFiles() {}

  /** Makes a directory that is ours alone; one that is there must be a directory and no link. */
  static void make(Path directory) throws IOException {
    try {
      if (isPosix(directory)) {
        Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(PRIVATE));
      } else {
        Files.createDirectory(directory);
      }
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
        throw new NotDirectoryException(directory + " is no directory");
      }
    }
  }

  /** Makes the directories above, as far as they are missing. */
  static void makeParents(Path directory) throws IOException {
    Path parent = directory.getParent();
    if (parent != null && !Files.isDirectory(parent)) {
      makeParents(parent);
      make(parent);
    }
  }

  private static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /** Returns who we are, as the owner of a file that we make there; null where files have none. */
  static @Nullable UserPrincipal ourselves(Path directory) throws IOException {
    if (!isPosix(directory)) {
      return null;
    }
    Path probe =
        directory.resolve(
            ".probe-" + Long.toHexString(System.nanoTime()) + Thread.currentThread().getId());
    Files.createFile(probe);
    try {
      return Files.getOwner(probe, LinkOption.NOFOLLOW_LINKS);
    } finally {
      Files.deleteIfExists(probe);
    }
  }

  /**
   * Makes sure that a directory is one, is ours, and that nobody else can write to it.
   *
   * @param us null where files have no owner
   */
  static void check(Path directory, @Nullable UserPrincipal us) throws IOException {
    if (us == null) {
      return;
    }
    PosixFileAttributes attributes =
        Files.readAttributes(directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isDirectory()) {
      throw new NotDirectoryException(directory + " is no directory");
    }
    if (!attributes.owner().equals(us)) {
      throw new FileSystemException(
          directory + " belongs to " + attributes.owner().getName() + " and not to us");
    }
    if (!attributes.permissions().equals(PRIVATE)) {
      Files.setPosixFilePermissions(directory, PRIVATE);
    }
  }

  /**
   * Makes sure that a link, where there is one, was put by us or by the machine's administrator.
   */
  static void checkLink(Path path, @Nullable UserPrincipal us) throws IOException {
    if (us != null && Files.isSymbolicLink(path)) {
      UserPrincipal owner = Files.getOwner(path, LinkOption.NOFOLLOW_LINKS);
      if (!owner.equals(us) && !owner.getName().equals("root")) {
        throw new FileSystemException(path + " is a link that " + owner.getName() + " has put");
      }
    }
  }

  /** Returns what is in a directory; nothing when it cannot be read. */
  static List<Path> list(Path directory) {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      entries.forEach(found::add);
    } catch (IOException | RuntimeException e) {
      // gone, or not ours
    }
    return found;
  }

  /** Returns what a directory and everything in it take on disk, holes included. */
  static long bytes(Path directory) {
    long sum = BLOCK;
    for (Path path : list(directory)) {
      try {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
          sum += bytes(path);
        } else if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
          sum += (Files.size(path) + BLOCK - 1) / BLOCK * BLOCK;
        }
      } catch (IOException e) {
        // deleted since
      }
    }
    return sum;
  }

  static String name(Path path) {
    Path name = path.getFileName();
    return name == null ? "" : name.toString();
  }
}
