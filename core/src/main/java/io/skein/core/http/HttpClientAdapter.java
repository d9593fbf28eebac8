package io.skein.core.http;

import io.skein.api.Component;
import org.jspecify.annotations.Nullable;

/**
 * Where one client library keeps what {@link HttpClientHandler} wants to know.
 *
 * @param <Q> the library's request
 * @param <S> the library's response
 */
public abstract class HttpClientAdapter<Q, S> {
  public abstract @Nullable String method(Q request);

  public abstract @Nullable String path(Q request);

  /** The whole URL; a query or a password in it is left out by the handler. */
  public abstract @Nullable String url(Q request);

  /** {@code host:port}, with the scheme's port where none is given; see {@link HttpPeer}. */
  public abstract @Nullable String peer(Q request);

  /** Sets a header and replaces an earlier value: a request may be sent again. */
  public abstract void setHeader(Q request, String name, String value);

  /** The status, or 0 when there is none. */
  public abstract int status(S response);

  public abstract Component component();
}
