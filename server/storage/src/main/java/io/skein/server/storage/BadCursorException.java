package io.skein.server.storage;

/** A cursor that no page of this store handed out. */
public final class BadCursorException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public BadCursorException(String cursor) {
    super(
        "before is not a cursor of this server; got \""
            + (cursor.length() > 100 ? cursor.substring(0, 100) + "..." : cursor)
            + "\"; take \"next\" of the page before, or leave it out");
  }
}
