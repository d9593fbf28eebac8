package io.skein.testing.harness;

import io.skein.testing.SpanQueue;
import io.skein.testing.TracedJvm;
import io.skein.testing.app.AppHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * This JVM. The application is in a loader beside the test's, below the platform loader, as a
 * launcher would have it: it sees its library and nothing of the agent.
 */
final class InProcessJvm implements TracedJvm, AutoCloseable {
  private final AppClassPath classPath;
  private final Map<String, String> settings;
  private final SpanQueue spans = new SpanQueue();
  private @Nullable URLClassLoader loader;
  private @Nullable Object host;

  InProcessJvm(AppClassPath classPath, Map<String, String> settings) {
    this.classPath = classPath;
    this.settings = settings;
  }

  @Override
  public SpanQueue spans() {
    return spans;
  }

  @Override
  public <T> T app(Class<T> type, Class<? extends T> implementation) {
    return AppCalls.proxy(type, implementation, this::call);
  }

  private @Nullable Object call(
      String implementation, String method, List<String> types, Object[] arguments)
      throws Throwable {
    Object host = host();
    Method call =
        host.getClass().getMethod("call", String.class, String.class, List.class, Object[].class);
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(host.getClass().getClassLoader());
    try {
      return call.invoke(host, implementation, method, types, arguments);
    } catch (InvocationTargetException thrown) {
      throw thrown.getCause();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private synchronized Object host() throws ReflectiveOperationException {
    Object known = host;
    if (known == null) {
      loader =
          new URLClassLoader(
              "application",
              classPath.entries().stream().map(InProcessJvm::url).toArray(URL[]::new),
              ClassLoader.getPlatformClassLoader());
      known = loader.loadClass(AppHost.class.getName()).getConstructor().newInstance();
      host = known;
    }
    return known;
  }

  private static URL url(Path path) {
    try {
      return path.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String library() {
    return classPath.library();
  }

  @Override
  public int javaFeature() {
    return Runtime.version().feature();
  }

  @Override
  public String service() {
    return InProcessAgent.SERVICE;
  }

  @Override
  public void beginTest() {
    InProcessAgent.sendTo(spans, settings);
    spans.clear();
    InProcessAgent.complaints();
  }

  @Override
  public void endTest() {
    spans.assertEmpty();
    if (io.skein.agent.plugin.Tracing.tracer().activeSpan() != null) {
      throw new AssertionError("a span is still active in the test's thread");
    }
    List<String> complaints = InProcessAgent.complaints();
    if (!complaints.isEmpty()) {
      throw new AssertionError("the agent complained: " + String.join("\n", complaints));
    }
  }

  /** Closes the application's objects, then its loader. */
  @Override
  public synchronized void close() throws ReflectiveOperationException, IOException {
    try {
      if (host != null) {
        host.getClass().getMethod("close").invoke(host);
      }
    } finally {
      host = null;
      if (loader != null) {
        loader.close();
      }
    }
  }

  @Override
  public String toString() {
    return classPath.library() + " in this JVM (JDK " + javaFeature() + ")";
  }
}
