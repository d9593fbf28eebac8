package io.skein.core.http;

import io.skein.api.Span;
import io.skein.api.Tags;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** What both sides of HTTP say in the same way. */
final class HttpNames {
  /** The texts of all usual statuses, so that a request makes none. */
  private static final String[] STATUS = new String[600];

  private static final RecentTexts OPERATIONS = new RecentTexts();
  private static final RecentTexts PATHS = new RecentTexts();

  static {
    for (int i = 0; i < STATUS.length; i++) {
      STATUS[i] = Integer.toString(i);
    }
  }

  private HttpNames() {}

  static String operation(@Nullable String method, @Nullable String path) {
    String cleanPath = path == null || path.isEmpty() ? "/" : withoutQuery(path);
    return method == null || method.isEmpty()
        ? cleanPath
        : OPERATIONS.joined(method, ":", cleanPath);
  }

  static void status(Span span, int status) {
    if (status <= 0) {
      return;
    }
    span.tag(
        Tags.HTTP_STATUS_CODE, status < STATUS.length ? STATUS[status] : Integer.toString(status));
    if (status >= 400) {
      span.error();
    }
  }

  /**
   * Queries and fragments hold tokens, and user info holds passwords: none of them is for a
   * backend.
   */
  static @Nullable String withoutSecrets(@Nullable String url) {
    if (url == null) {
      return null;
    }
    String clean = withoutQuery(url);
    int authority = clean.indexOf("://") + 3;
    if (authority < 3) {
      return clean;
    }
    int path = clean.indexOf('/', authority);
    int at = clean.lastIndexOf('@', path < 0 ? clean.length() : path);
    return at < authority ? clean : clean.substring(0, authority) + clean.substring(at + 1);
  }

  private static String withoutQuery(String text) {
    int end = text.length();
    int query = text.indexOf('?');
    if (query >= 0) {
      end = query;
    }
    int fragment = text.indexOf('#');
    if (fragment >= 0 && fragment < end) {
      end = fragment;
    }
    return end == text.length() ? text : PATHS.begin(text, end);
  }

  /** Futures wrap what went wrong; people look for what went wrong. */
  static @Nullable Throwable unwrapped(@Nullable Throwable error) {
    Throwable current = error;
    for (int i = 0; i < 5 && isWrapper(current); i++) {
      Throwable cause = current == null ? null : current.getCause();
      if (cause == null) {
        return current;
      }
      current = cause;
    }
    return current;
  }

  private static boolean isWrapper(@Nullable Throwable error) {
    return error instanceof CompletionException || error instanceof ExecutionException;
  }
}
