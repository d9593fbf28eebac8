package io.skein.testing.durability;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A file system of the test's own, which can be filled and broken. Only root can have one. */
final class FileSystem implements AutoCloseable {
  private final Path at;

  private FileSystem(Path at) {
    this.at = at;
  }

  /** One in memory; skips the test when that is not allowed here. */
  static FileSystem inMemory(Path at, String size) throws IOException, InterruptedException {
    Files.createDirectories(at);
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", at.toString()),
        "only root may mount a file system");
    return new FileSystem(at);
  }

  /** Mounts an ext4 in a file, which is made if it is not there; skips when that cannot be done. */
  static FileSystem ext4(Path image, Path at, long bytes) throws IOException, InterruptedException {
    Files.createDirectories(at);
    if (!Files.exists(image)) {
      try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
        file.setLength(bytes);
      }
      assumeTrue(run("mkfs.ext4", "-q", "-F", image.toString()), "mkfs.ext4 is not there");
    }
    assumeTrue(
        run("mount", "-o", "loop,errors=remount-ro", image.toString(), at.toString()),
        "only root may mount a file system, and not in every container");
    return new FileSystem(at);
  }

  /**
   * Breaks an ext4 as an error of its disk does: from now on nothing is written, and what was not
   * written yet never will be.
   */
  void fail() throws IOException, InterruptedException {
    Process process = new ProcessBuilder("findmnt", "-n", "-o", "SOURCE", at.toString()).start();
    String device =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
    Path trigger =
        Path.of("/sys/fs/ext4", String.valueOf(Path.of(device).getFileName()), "trigger_fs_error");
    assumeTrue(Files.isWritable(trigger), "this kernel cannot be told to fail a file system");
    Files.writeString(trigger, "1");
  }

  void remount(String options) throws IOException, InterruptedException {
    if (!run("mount", "-o", "remount," + options, at.toString())) {
      throw new AssertionError("cannot be remounted " + options);
    }
  }

  /** Writes a file until the last byte is taken. */
  void fill(Path ballast) throws IOException {
    byte[] block = new byte[4_096];
    try (OutputStream out = Files.newOutputStream(ballast)) {
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      if (!String.valueOf(e.getMessage()).contains("space")) {
        throw e;
      }
    }
  }

  @Override
  public void close() {
    try {
      if (!run("umount", at.toString()) && !run("umount", "-l", at.toString())) {
        throw new AssertionError(at + " cannot be unmounted");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean run(String... command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
