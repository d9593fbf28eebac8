package io.skein.testing.http;

import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * A server that the first test starts and all tests share, and a second one of virtual threads for
 * those that ask for it.
 */
public abstract class StartedOnce implements HttpServerApp {
  private final List<AutoCloseable> started = new ArrayList<>();
  private int port = -1;
  private int virtualPort = -1;

  /**
   * Starts a server on a free port of the loopback address and returns the port.
   *
   * @param threads what runs its requests; null for the server's own threads
   */
  protected abstract int start(@Nullable Executor threads) throws Exception;

  /** To be called before a server is started: half of one has to end, too. */
  protected final void atEnd(AutoCloseable stop) {
    started.add(stop);
  }

  @Override
  public final int start() {
    if (port < 0) {
      port = startOrFail(null);
    }
    return port;
  }

  @Override
  public final int startWithVirtualThreads() {
    if (virtualPort < 0) {
      try {
        // By reflection: the tests are compiled for Java 17.
        virtualPort =
            startOrFail(
                (Executor)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null));
      } catch (NoSuchMethodException before21) {
        return -1;
      } catch (IllegalAccessException | InvocationTargetException e) {
        throw new IllegalStateException(e);
      }
    }
    return virtualPort;
  }

  private int startOrFail(@Nullable Executor threads) {
    try {
      return start(threads);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public final void close() {
    for (AutoCloseable each : started) {
      try {
        each.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
