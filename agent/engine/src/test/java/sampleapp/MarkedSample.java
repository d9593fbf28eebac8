package sampleapp;

import java.lang.annotation.RetentionPolicy;

/** Some of its methods are marked. */
public class MarkedSample {
  @Mark(
      name = "a:name\nof 2 lines",
      number = 7,
      constant = RetentionPolicy.CLASS,
      type = String.class,
      numbers = {1, 2},
      inner = {@Mark.Inner("one"), @Mark.Inner("two")})
  public int marked(byte a, long b, String c, double[] d, boolean e) {
    return 1;
  }

  @Mark
  private static long alsoMarked() {
    return 1L;
  }

  @Mark.Inner("not the mark itself")
  public int notMarked() {
    return 1;
  }

  public static long callAlsoMarked() {
    return alsoMarked();
  }

  /** A marked class. */
  @Mark
  public static class Whole {
    public boolean method() {
      return false;
    }
  }

  /** Names the mark, and is not marked. */
  public static class Reader {
    public boolean method() {
      return Whole.class.isAnnotationPresent(Mark.class);
    }
  }
}
