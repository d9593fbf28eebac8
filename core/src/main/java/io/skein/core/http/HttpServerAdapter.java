package io.skein.core.http;

import io.skein.api.Component;
import org.jspecify.annotations.Nullable;

/**
 * Where one server library keeps what {@link HttpServerHandler} wants to know. Called in the thread
 * that serves the request, and not after its end.
 *
 * @param <Q> the library's request
 * @param <S> the library's response
 */
public abstract class HttpServerAdapter<Q, S> {
  public abstract @Nullable String method(Q request);

  /** The path as it was sent, without the query. */
  public abstract @Nullable String path(Q request);

  /**
   * The whole URL; a query or a password in it is left out by the handler.
   *
   * @param path what {@link #path} has just answered
   */
  public abstract @Nullable String url(Q request, @Nullable String path);

  /** The first value of a header, found whatever the case of its name. */
  public abstract @Nullable String header(Q request, String name);

  /** The client's address, {@code host:port}. */
  public @Nullable String peer(Q request) {
    return null;
  }

  /** The status, or 0 when there is none (yet). */
  public abstract int status(S response);

  /** Whether the status has gone to the client and can no longer change. */
  public boolean committed(S response) {
    return false;
  }

  public abstract Component component();
}
