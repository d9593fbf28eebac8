package io.skein.plugin.springrest;

import io.skein.core.http.RecentTexts;
import org.jspecify.annotations.Nullable;

/** Makes the path of a span's name from a URI template and the path that came of it. */
final class Templates {
  private static final RecentTexts PATHS = new RecentTexts();
  private static final RecentTexts JOINED = new RecentTexts();

  private Templates() {}

  /**
   * Returns the template's path, with the part of the called path before it that the template does
   * not show: a client with the base URL {@code http://stock/api} and the template {@code /{id}}
   * calls {@code /api/7}, which is {@code /api/{id}}.
   */
  static @Nullable String path(String template, @Nullable String called) {
    String path = pathOf(template);
    if (path == null || path.isEmpty()) {
      return called;
    }
    if (called == null) {
      return path;
    }
    int missing = segments(called) - segments(path);
    if (missing <= 0) {
      return path;
    }
    int end = 0;
    for (int i = 0; i < missing; i++) {
      end = called.indexOf('/', end + 1);
      if (end < 0) {
        return path;
      }
    }
    // A variable that holds slashes makes more segments too; then the rest does not fit.
    return fits(path, called, end) ? JOINED.joined(PATHS.begin(called, end), "", path) : path;
  }

  /** Cuts off scheme, authority and query; null where a variable stands for all of them. */
  private static @Nullable String pathOf(String template) {
    int start = 0;
    int scheme = template.indexOf("://");
    int brace = template.indexOf('{');
    if (scheme >= 0 && (brace < 0 || scheme < brace || template.indexOf('}') < scheme)) {
      start = endOfAuthority(template, scheme + 3);
      if (start < 0) {
        return "/";
      }
    } else if (brace == 0) {
      return null;
    }
    int end = start;
    int depth = 0;
    for (; end < template.length(); end++) {
      char c = template.charAt(end);
      if (c == '{') {
        depth++;
      } else if (c == '}') {
        depth--;
      } else if ((c == '?' || c == '#') && depth == 0) {
        break;
      }
    }
    String path = start == 0 ? PATHS.begin(template, end) : template.substring(start, end);
    return path.isEmpty() || path.charAt(0) == '/' ? path : "/" + path;
  }

  private static int endOfAuthority(String template, int from) {
    int slash = template.indexOf('/', from);
    int query = template.indexOf('?', from);
    return slash >= 0 && (query < 0 || slash < query) ? slash : -1;
  }

  private static int segments(String path) {
    int count = 0;
    int depth = 0;
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c == '{') {
        depth++;
      } else if (c == '}') {
        depth--;
      } else if (c == '/' && depth == 0) {
        count++;
      }
    }
    return count;
  }

  /**
   * Whether the segments without variables are the same in a template and in what was called, from
   * a slash on; both have as many of them.
   */
  private static boolean fits(String template, String called, int from) {
    int at = from;
    int segment = 0;
    while (segment < template.length()) {
      int end = next(template, segment + 1);
      int calledEnd = next(called, at + 1);
      if (at >= called.length()) {
        return false;
      }
      boolean variable =
          template.indexOf('{', segment) >= 0 && template.indexOf('{', segment) < end;
      if (!variable
          && (end - segment != calledEnd - at
              || !template.regionMatches(segment, called, at, end - segment))) {
        return false;
      }
      segment = end;
      at = calledEnd;
    }
    return at == called.length();
  }

  private static int next(String path, int from) {
    int slash = path.indexOf('/', from);
    return slash < 0 ? path.length() : slash;
  }
}
