package io.skein.server.storage;

/** For those outside the package. */
public final class Cursors {
  private Cursors() {}

  /** The cursor of the store in memory, as it writes what it has read. */
  public static String readAndWritten(String text) {
    return PageCursor.parse(text).toString();
  }
}
