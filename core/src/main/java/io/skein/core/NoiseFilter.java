package io.skein.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * What is not worth a trace, by the name of its first span. Immutable; settings that change at run
 * time make a new one.
 */
public final class NoiseFilter {
  /**
   * The suffixes that SkyWalking's agents ignore unless told otherwise: files that pages are made
   * of.
   */
  public static final List<String> DEFAULT_SUFFIXES =
      List.of(
          ".jpg", ".jpeg", ".js", ".css", ".png", ".bmp", ".gif", ".ico", ".mp3", ".mp4", ".html",
          ".svg");

  private static final NoiseFilter NONE = new NoiseFilter(List.of(), List.of());

  private final String[] suffixes;
  private final PathPattern[] paths;

  private NoiseFilter(List<String> suffixes, List<PathPattern> paths) {
    this.suffixes = suffixes.toArray(new String[0]);
    this.paths = paths.toArray(new PathPattern[0]);
  }

  public static NoiseFilter none() {
    return NONE;
  }

  /**
   * A filter.
   *
   * @param suffixes compared with what follows the last dot of a name, dot included; blanks around
   *     them and empty ones do not matter, and the dot may be left out
   * @param paths ant-style patterns, for {@code METHOD:/path} as well as for {@code /path}
   */
  public static NoiseFilter of(Collection<String> suffixes, Collection<String> paths) {
    List<String> trimmed = new ArrayList<>();
    for (String suffix : suffixes) {
      String text = suffix.trim();
      if (!text.isEmpty()) {
        trimmed.add(text.startsWith(".") ? text : "." + text);
      }
    }
    List<PathPattern> patterns = new ArrayList<>();
    for (String path : paths) {
      String text = path.trim();
      if (!text.isEmpty()) {
        patterns.add(new PathPattern(text));
      }
    }
    return new NoiseFilter(trimmed, patterns);
  }

  boolean hasSuffixOf(String operationName) {
    if (suffixes.length == 0) {
      return false;
    }
    int dot = operationName.lastIndexOf('.');
    if (dot < 0) {
      return false;
    }
    int length = operationName.length() - dot;
    for (String suffix : suffixes) {
      if (suffix.length() == length && operationName.endsWith(suffix)) {
        return true;
      }
    }
    return false;
  }

  boolean matchesPathOf(String operationName) {
    for (PathPattern path : paths) {
      if (path.matches(operationName)) {
        return true;
      }
    }
    return false;
  }
}
