package io.skein.server.storage.lucene;

import io.skein.server.storage.BadCursorException;
import io.skein.server.storage.Cursors;
import io.skein.testing.fuzz.Check;
import io.skein.testing.fuzz.Input;

/** What comes back as the cursor of a page: any text, refused clearly or read for what it says. */
public final class CursorFuzz {
  private CursorFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    String text = new Input(data).restText();
    try {
      SearchCursor cursor = SearchCursor.parse(text);
      Check.equal(SearchCursor.parse(cursor.toString()), cursor, "cursor");
    } catch (BadCursorException e) {
      Check.that(e.getMessage() != null, "says nothing");
    }
    try {
      String once = Cursors.readAndWritten(text);
      Check.equal(Cursors.readAndWritten(once), once, "cursor");
    } catch (BadCursorException e) {
      Check.that(e.getMessage() != null, "says nothing");
    }
  }
}
