package io.skein.testing.harness;

import java.util.List;
import java.util.regex.Pattern;

/** Finds in a program's output what a user would have to ask about. */
final class Complaints {
  private static final Pattern AGENT = Pattern.compile("(?m)^\\[skein\\].*\\b(WARN|ERROR)\\b");

  /**
   * What the JVM itself prints, on its own account. Libraries log warnings through frameworks; the
   * child's java.util.logging format is set so that those do not begin like this.
   */
  private static final Pattern JVM =
      Pattern.compile("^(WARNING: |OpenJDK .*warning|Java HotSpot.*warning|\\[\\d.*\\[warning\\])");

  private Complaints() {}

  static boolean ofAgent(String output) {
    return AGENT.matcher(output).find();
  }

  static List<String> in(List<String> lines) {
    return lines.stream().filter(line -> ofAgent(line) || JVM.matcher(line).find()).toList();
  }
}
