package io.skein.core.http;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells the exceptions by which servers say that the client has gone away: what users know as
 * "broken pipe". It is nobody's error that a browser was closed, and a service whose rate of errors
 * follows the patience of its clients cannot be watched.
 *
 * <p>The classes are compared by name, because frameworks above a server meet its exceptions
 * without knowing the server. Exceptions of the operating system ("Connection reset") are not among
 * them: they may just as well come from a call that the application made itself, which is an error.
 */
public final class ClientGone {
  private static final Set<String> NAMES =
      Set.of(
          "org.apache.catalina.connector.ClientAbortException",
          "org.eclipse.jetty.io.EofException",
          "org.springframework.web.context.request.async.AsyncRequestNotUsableException");

  /** Applications wrap, a few times; a chain of causes may be a circle. */
  private static final int CAUSES = 10;

  private ClientGone() {}

  /** Whether the error, or what caused it, is one of these. */
  public static boolean isReasonOf(@Nullable Throwable error) {
    Throwable each = error;
    for (int i = 0; each != null && i < CAUSES; i++) {
      for (Class<?> type = each.getClass(); type != Throwable.class; type = type.getSuperclass()) {
        if (NAMES.contains(type.getName())) {
          return true;
        }
      }
      each = each.getCause();
    }
    return false;
  }
}
