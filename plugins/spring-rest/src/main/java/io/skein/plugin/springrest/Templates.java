package io.skein.plugin.springrest;

import org.jspecify.annotations.Nullable;

/** Makes the path of a span's name from a URI template and the path that came of it. */
final class Templates {
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
    String base = called.substring(0, end);
    // A variable that holds slashes makes more segments too; then the rest does not fit.
    return fits(path, called.substring(end)) ? base + path : path;
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
    String path = template.substring(start, end);
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

  /** Whether the segments without variables are the same. */
  private static boolean fits(String template, String called) {
    String[] wanted = template.split("/", -1);
    String[] found = called.split("/", -1);
    if (wanted.length != found.length) {
      return false;
    }
    for (int i = 0; i < wanted.length; i++) {
      if (wanted[i].indexOf('{') < 0 && !wanted[i].equals(found[i])) {
        return false;
      }
    }
    return true;
  }
}
