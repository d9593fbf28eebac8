package io.skein.testing.http;

/**
 * A server in the application under test. It answers, below {@link #start}'s port:
 *
 * <ul>
 *   <li>{@code /hello}: 200, any method, {@code hello}; drains a body;
 *   <li>{@code /status/<code>}: that status;
 *   <li>{@code /fail}: an {@link IllegalStateException} "broken on purpose" leaves the handler;
 *   <li>{@code /local}: a local span {@code inside} through {@link io.skein.testing.app.Probe};
 *   <li>{@code /exit}: answers the sw8 header of an exit span {@code away} to {@code far:1};
 *   <li>{@code /together/<n>}: waits until n requests are in, then answers;
 *   <li>{@code /stream}: writes until the client is gone.
 * </ul>
 */
public interface HttpServerApp extends AutoCloseable {
  /** Starts the server on a free port of the loopback address and returns the port. */
  int start();

  /**
   * Starts the server so that it runs requests in virtual threads, or returns -1 when this server
   * or this JDK cannot.
   */
  default int startWithVirtualThreads() {
    return -1;
  }

  @Override
  void close();
}
